# SPDX-License-Identifier: GPL-2.0-or-later
"""Judges thousands of captures. The way of a capture: plan -> run -> job -> merge -> report.

    command     what is called, with which options
    plan        what there is to do; shards: how a large capture is split
    run         does it with GNU parallel; hosts: over ssh; slurm: a script for Slurm
    job         judges its captures; frames: numbers in shards; programs: tshark and its like
    merge       results into the database; database, schema.sql
    report      what was found; page, page.html: the same with pictures
    work        the folder --work; files: whole or not there, and damaged ones
    words       for people, and the two ways to fail

A job is `interference-batch job WORK ID`; parallel, ssh and Slurm all call that. In WORK:

    findings.sqlite     the database (--db)
    jobs/ID.json        what a job has to do
    results/ID.jsonl    what it found: complete or not there (written aside, then renamed)
    run.log             parallel's log of the last run
    lock                held by whoever plans, runs or merges
"""

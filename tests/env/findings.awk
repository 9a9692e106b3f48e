# findings.awk
# Makes `tshark -P -O interference` shorter: the packet, what is said about it, and why.
#
# SPDX-License-Identifier: GPL-2.0-or-later

# Text of a "[Label: text]" line.
function value()
{
    sub(/^ *\[[^:]*: /, "")
    sub(/\]$/, "")
    return $0
}

/^ *[0-9]+ +[0-9]+\.[0-9]+ / { print ""; print; shown = 1; next }
!shown                       { next }

# The verdict repeats its strongest evidence; the list below has it.
/^\[Interference: /          { text = value()
                               if (match(text, /, confidence [0-9]+ \([a-z]+\)/))
                                   text = substr(text, 1, RSTART + RLENGTH - 1)
                               print "      " text; next }
/^        \[Signature: /     { signature = value(); next }
/^        \[Evidence: /          { printf "        %-26s %s\n", signature, value(); next }
/^    \[Innocent explan/     { print "      Innocent explanation: " value(); next }
/^    \[Notice: /            { print "      " value(); next }

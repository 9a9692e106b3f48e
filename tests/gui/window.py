# SPDX-License-Identifier: GPL-2.0-or-later
"""One running Wireshark: what its window says (accessibility), how it looks (pixels), its keys."""

import functools
import re
import time

from desktop import SIZE, Problem, wait_until
from expected import COLUMNS, NUMBER

STATUS = ("dbus-send", "--session", "--print-reply", "--dest=org.a11y.Bus", "/org/a11y/bus",
          "org.freedesktop.DBus.Properties.Set", "string:org.a11y.Status", "string:IsEnabled")
SECONDS = 30


def atspi():
    """The accessibility library and its error; only now, because it connects as it is loaded."""
    import gi
    gi.require_version("Atspi", "2.0")
    from gi.repository import Atspi, GLib
    return Atspi, GLib.Error


def or_none(question):
    """None where what is looked at vanishes meanwhile, as while Wireshark rebuilds its list."""
    @functools.wraps(question)
    def ask(self, *some, **named):
        try:
            return question(self, *some, **named)
        except self.vanished:
            return None
    return ask


class Window:
    """Use with `with`: the program ends with the block."""

    def __init__(self, desktop, capture, *options):
        self.desktop = desktop
        self.atspi, self.vanished = atspi()
        self.accessibility(False)
        self.atspi.get_desktop(0).get_child_count()     # starts the registry of programs
        self.process = desktop.start("wireshark", "-r", capture, *options)
        self.title = capture.name

    def __enter__(self):
        wait_until(self.on_screen, SECONDS, "Wireshark's window")
        # Qt 5 that finds accessibility on while it starts may talk before it is connected.
        time.sleep(1)
        self.accessibility(True)
        time.sleep(2)       # asked too early, the library takes it for a program without windows
        wait_until(self.application, SECONDS, "Wireshark on the accessibility bus")
        return self

    def __exit__(self, *_):
        self.process.terminate()
        wait_until(lambda: self.process.poll() is not None, SECONDS, "Wireshark to end")

    def accessibility(self, on):
        self.desktop.run(*STATUS, f"variant:boolean:{str(on).lower()}")

    def must_run(self):
        if self.process.poll() is not None:
            raise Problem(f"Wireshark ended: {self.desktop.work / 'wireshark.log'}")

    def on_screen(self):
        self.must_run()
        try:
            return self.desktop.run("xdotool", "search", "--onlyvisible", "--name", self.title)
        except Problem:
            return None

    # -- finding things ---------------------------------------------------------------------

    @or_none
    def application(self):
        self.must_run()
        desktop = self.atspi.get_desktop(0)
        for index in range(desktop.get_child_count()):
            child = desktop.get_child_at_index(index)
            if child and child.get_process_id() == self.process.pid:
                return child
        return None

    @or_none
    def find(self, name, *roles, inside=None):
        """The first visible thing with this name (a pattern) and role, or None."""
        top = inside or self.application()
        for node in self.visible(top) if top else ():
            if roles and node.get_role_name() not in roles:
                continue
            if re.fullmatch(name, node.get_name() or ""):
                return node
        return None

    def need(self, name, *roles, inside=None):
        """As find, but waits, and it must be there."""
        return wait_until(lambda: self.find(name, *roles, inside=inside), SECONDS,
                          f"{' or '.join(roles)} {name!r}")

    def visible(self, node, depth=0):
        """All that is shown below a node; not the cells of trees, which may be many."""
        for index in range(node.get_child_count() if depth < 20 else 0):
            child = node.get_child_at_index(index)
            if child is None or not self.is_(child, "SHOWING"):
                continue
            yield child
            if child.get_role_name() != "tree":
                yield from self.visible(child, depth + 1)

    def cell(self, name, inside):
        """The cell of the first visible tree that has this text."""
        tree = self.need(".*", "tree", inside=inside)
        cells = (tree.get_child_at_index(index) for index in range(tree.get_child_count()))
        for cell in cells:
            if cell and cell.get_name() == name:
                return cell
        raise Problem(f"no {name!r} in the first tree of {inside.get_name()!r}")

    def dialog(self, title):
        return self.need(r"Wireshark . " + title, "dialog", "file chooser")

    def box(self, node):
        """Where it is on the screen."""
        return self.atspi.Component.get_extents(node, self.atspi.CoordType.SCREEN)

    def text(self, node):
        """All that is written in a field."""
        return self.atspi.Text.get_text(node, 0, self.atspi.Text.get_character_count(node))

    def cells(self, tree):
        """The cells of a table or tree, first its headings, and how many columns it has."""
        cells = [tree.get_child_at_index(index) for index in range(tree.get_child_count())]
        if None in cells:
            return [], 0
        return cells, sum("header" in cell.get_role_name() for cell in cells)

    @or_none
    def table(self, inside):
        """The texts of the first table: its headings, then row by row."""
        cells, width = self.cells(self.need(".*", "tree", inside=inside))
        names = [cell.get_name() for cell in cells]
        starts = range(0, len(names), width) if width else ()
        return [names[start:start + width] for start in starts] or None

    def settled(self, question, what, words=lambda answer: answer):
        """The answer that is given twice in the same words."""
        before, end = None, time.monotonic() + SECONDS
        while time.monotonic() < end:
            answer = question()
            now = None if answer is None else words(answer)
            if now is not None and now == before:
                return answer
            before = now
            time.sleep(0.7)
        raise Problem(f"{what}: does not come to rest, or is not there")

    def is_(self, node, state):
        return node.get_state_set().contains(getattr(self.atspi.StateType, state))

    # -- the packet list --------------------------------------------------------------------

    def list(self):
        return self.find("Packet list", "tree")

    @or_none
    def rows(self):
        """Every row as column to text, and the cells behind it; None while it is rebuilt."""
        tree = self.list()
        if tree is None:
            return None
        cells, width = self.cells(tree)
        names = [cell.get_name().strip() for cell in cells]
        if tuple(names[:width]) != COLUMNS:
            return None
        return [dict(zip(COLUMNS, names[start:start + width]), cells=cells[start:start + width])
                for start in range(width, len(cells), width)]

    def settled_rows(self):
        """The rows, once they have stopped changing."""
        return self.settled(self.rows, "packet list with the columns of the profile",
                            lambda rows: [[row[name] for name in COLUMNS] for row in rows])

    @or_none
    def counts(self):
        """The line at the bottom: packets in the file, packets displayed."""
        label = self.need(r"Packets: .*", "label").get_name()
        total, shown = (re.search(word + r": (\d+)", label) for word in ("Packets", "Displayed"))
        return int(total[1]), int((shown or total)[1])

    # -- the tree of a packet ---------------------------------------------------------------

    @or_none
    def branch(self, pattern):
        """The last branch of the packet's tree that begins like this, and what is open below."""
        tree = self.find("Packet details", "tree")
        children = [tree.get_child_at_index(index) for index in range(tree.get_child_count())] \
            if tree else []
        if None in children:
            return None
        starts = [index for index, child in enumerate(children)
                  if re.match(pattern, child.get_name())]
        return children[starts[-1]:] if starts else None

    def opened(self, pattern):
        """The lines of a branch, opened."""
        self.click(wait_until(lambda: self.branch(pattern), SECONDS, f"a branch {pattern}")[0])
        self.key("shift+Right")
        return self.settled(lambda: self.lines(pattern), f"branch {pattern}")

    @or_none
    def lines(self, pattern):
        return [node.get_name() for node in self.branch(pattern)]

    # -- looks ------------------------------------------------------------------------------

    def screenshot(self, path):
        self.desktop.run("import", "-window", "root", path)

    def colours(self, screenshot):
        """Frame number to background colour, for the painted rows but the selected one."""
        area = self.box(self.list())
        spots = {}
        for row in self.settled_rows():
            box = self.box(row["cells"][1])
            inside = box.height > 0 and area.y < box.y + 2 < area.y + area.height - 20
            if inside and not self.is_(row["cells"][0], "SELECTED"):
                # Beside the text, which is in the middle or at the right of its cell.
                spots[int(row[NUMBER])] = (box.x + 2, box.y + 2)
        return self.colours_at(screenshot, spots)

    def colours_at(self, screenshot, spots):
        """Name to (red, green, blue) of the spots."""
        raw = self.desktop.work / "pixels.rgb"
        self.desktop.run("convert", screenshot, "-depth", "8", f"rgb:{raw}")
        data, width = raw.read_bytes(), SIZE[0]
        return {name: tuple(data[3 * (y * width + x):][:3]) for name, (x, y) in spots.items()}

    # -- hands ------------------------------------------------------------------------------

    def key(self, *keys):
        self.desktop.run("xdotool", "key", "--clearmodifiers", "--delay", "50", *keys)

    def type(self, text):
        self.desktop.run("xdotool", "type", "--clearmodifiers", "--delay", "25", text)

    def click(self, node):
        """With the mouse, at the left of what is shown."""
        box = self.box(node)
        self.click_at(box.x + min(20, box.width // 2), box.y + box.height // 2)

    def click_at(self, x, y):
        self.desktop.run("xdotool", "mousemove", x, y, "click", 1)
        time.sleep(0.5)

    def press(self, node):
        """Do what a click does."""
        if not self.atspi.Action.do_action(node, 0):
            raise Problem(f"{node.get_role_name()} {node.get_name()!r} cannot be pressed")

    def button(self, name, inside=None):
        self.press(self.need(name, "push button", "button", inside=inside))

    def menu(self, *names):
        """Click through the menus, from the bar down."""
        item = None
        for name in names:
            item = self.need(name, "menu item", inside=item)
            self.click(item)

    def choose(self, old, new, inside):
        """An entry of the box that shows the old one."""
        self.click(self.need(old, "combo box", inside=inside))
        self.type(new)
        self.key("Return")
        self.need(re.escape(new), "combo box", inside=inside)

    def profile(self):
        return self.need("Profile: .*", "label").get_name().removeprefix("Profile: ")

    def choose_first_profile(self):
        """At the right end of the status bar; the bus does not know that menu. Its first line is
        the default profile, the next is the first of the user's own."""
        self.click(self.need("Profile: .*", "label"))
        self.key("Down", "Down", "Return")

    def sweep(self, node, label, step=8):
        """Move the mouse down over a picture; every text that the label has then, and a place."""
        box, seen = self.box(node), {}
        for y in range(box.y + step, box.y + box.height // 2, step):
            self.desktop.run("xdotool", "mousemove", box.x + 200, y)
            time.sleep(0.1)
            seen.setdefault(label.get_name().strip(), []).append(y)
        return {text: (box.x + 130, ys[len(ys) // 2]) for text, ys in seen.items()}

    def filter(self, text):
        """Type a display filter and press Enter."""
        self.key("ctrl+slash", "ctrl+a", "BackSpace")
        self.type(text)
        time.sleep(0.5)
        self.key(*(("Escape",) if text else ()), "Return")     # Escape: the list of completions

    def wait_for_rows(self, number):
        wait_until(lambda: len(self.rows() or ()) == number, SECONDS, f"{number} rows in the list")

# SPDX-License-Identifier: GPL-2.0-or-later
"""One running Wireshark: what its window says (accessibility), how it looks (pixels), its keys."""

import re
import time

from desktop import SIZE, Problem, wait_until
from expected import COLUMNS, NUMBER

STATUS = ("dbus-send", "--session", "--print-reply", "--dest=org.a11y.Bus", "/org/a11y/bus",
          "org.freedesktop.DBus.Properties.Set", "string:org.a11y.Status", "string:IsEnabled")
SECONDS = 30


def atspi():
    """The accessibility library; only now, because it connects as it is loaded."""
    import gi
    gi.require_version("Atspi", "2.0")
    from gi.repository import Atspi
    return Atspi


class Window:
    """Use with `with`: the program ends with the block."""

    def __init__(self, desktop, capture, *options):
        self.desktop, self.atspi = desktop, atspi()
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

    def on_screen(self):
        if self.process.poll() is not None:
            raise Problem(f"Wireshark ended: {self.desktop.work / 'wireshark.log'}")
        try:
            return self.desktop.run("xdotool", "search", "--onlyvisible", "--name", self.title)
        except Problem:
            return None

    # -- finding things ---------------------------------------------------------------------

    def application(self):
        desktop = self.atspi.get_desktop(0)
        for index in range(desktop.get_child_count()):
            child = desktop.get_child_at_index(index)
            if child and child.get_process_id() == self.process.pid:
                return child
        return None

    def find(self, name, *roles, inside=None):
        """The first visible thing with this name (a pattern) and role, or None."""
        for node in self.visible(inside or self.application()):
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

    def is_(self, node, state):
        return node.get_state_set().contains(getattr(self.atspi.StateType, state))

    # -- the packet list --------------------------------------------------------------------

    def list(self):
        return self.find("Packet list", "tree")

    def rows(self):
        """Every row as column to text, and the cells behind it; None while it is rebuilt."""
        tree = self.list()
        if tree is None:
            return None
        cells = [tree.get_child_at_index(index) for index in range(tree.get_child_count())]
        names = [None if cell is None else cell.get_name().strip() for cell in cells]
        width = len(COLUMNS)
        if tuple(names[:width]) != COLUMNS or None in names:
            return None
        return [dict(zip(COLUMNS, names[start:start + width]), cells=cells[start:start + width])
                for start in range(width, len(cells), width)]

    def settled_rows(self):
        """The rows, once they have stopped changing."""
        before, end = None, time.monotonic() + SECONDS
        while time.monotonic() < end:
            rows = self.rows()
            now = rows and [[row[name] for name in COLUMNS] for row in rows]
            if rows is not None and now == before:
                return rows
            before = now
            time.sleep(1)
        raise Problem("the packet list does not come to rest, or has other columns")

    def counts(self):
        """The line at the bottom: packets in the file, packets displayed."""
        label = self.need(r"Packets: .*", "label").get_name()
        total, shown = (re.search(word + r": (\d+)", label) for word in ("Packets", "Displayed"))
        return int(total[1]), int((shown or total)[1])

    # -- looks ------------------------------------------------------------------------------

    def screenshot(self, path):
        self.desktop.run("import", "-window", "root", path)

    def colours(self, screenshot):
        """Frame number to background colour, for the painted rows but the selected one."""
        extents, screen = self.atspi.Component.get_extents, self.atspi.CoordType.SCREEN
        area = extents(self.list(), screen)
        spots = {}
        for row in self.settled_rows():
            box = extents(row["cells"][1], screen)
            inside = box.height > 0 and area.y < box.y + 2 < area.y + area.height - 20
            if inside and not self.is_(row["cells"][0], "SELECTED"):
                # Beside the text, which is in the middle or at the right of its cell.
                spots[int(row[NUMBER])] = (box.x + 2, box.y + 2)
        return pixels(self.desktop, screenshot, spots)

    # -- hands ------------------------------------------------------------------------------

    def key(self, *keys):
        self.desktop.run("xdotool", "key", "--clearmodifiers", "--delay", "50", *keys)

    def type(self, text):
        self.desktop.run("xdotool", "type", "--clearmodifiers", "--delay", "25", text)

    def click(self, node, times=1):
        """With the mouse, at the left of what is shown."""
        box = self.atspi.Component.get_extents(node, self.atspi.CoordType.SCREEN)
        self.desktop.run("xdotool", "mousemove", box.x + min(20, box.width // 2),
                         box.y + box.height // 2, "click", "--repeat", times, "--delay", 80, 1)
        time.sleep(0.5)

    def press(self, node):
        """Do what a click does."""
        if not self.atspi.Action.do_action(node, 0):
            raise Problem(f"{node.get_role_name()} {node.get_name()!r} cannot be pressed")

    def filter(self, text):
        """Type a display filter and press Enter."""
        self.key("ctrl+slash", "ctrl+a", "BackSpace")
        self.type(text)
        time.sleep(0.5)
        self.key(*(("Escape",) if text else ()), "Return")     # Escape: the list of completions

    def wait_for_rows(self, number):
        wait_until(lambda: len(self.rows() or ()) == number, SECONDS, f"{number} rows in the list")


def pixels(desktop, picture, spots):
    """Name to (red, green, blue) of the spots."""
    raw = desktop.work / "pixels.rgb"
    desktop.run("convert", picture, "-depth", "8", f"rgb:{raw}")
    data, width = raw.read_bytes(), SIZE[0]
    return {name: tuple(data[3 * (y * width + x):][:3]) for name, (x, y) in spots.items()}

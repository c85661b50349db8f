"""`quire frame ADDRESS`: one frame as slot, ledger, handles and page tables have it, and whether they agree."""
from . import agreement, mappings
from .declared import declared, letters
from .kernel import entry_at, ring, value_of
from .memory import PAGE, Trouble, access
from .server import count_text
from .show import account_name, columns, handle_value, mapping_text, plural, title


class Frame:
    def __init__(self, machine, frame):
        self.machine = machine
        self.frame = frame
        self.region = machine.region(frame)
        self.word = machine.ledger.word(frame)
        self.slot = machine.server.slot(frame)
        self.entries, self.wrong = ring(machine, self.word) if machine.ledger.is_held(self.word) else ([], [])
        self.others = []  # entries that name the frame, and are in no ring of it: (task, place, entry)
        known = {entry.address for entry in self.entries}
        self.places = {}
        for task, place, address, _ in machine.named.get(frame, ()):
            if address in known:
                self.places[address] = place
            else:
                self.others.append((task, place, entry_at(machine, address)))

    def disagreements(self):
        machine, shapes, frame = self.machine, self.machine.shapes, self.frame
        state = None if self.word is None else machine.ledger.state(self.word)
        yield from self.wrong
        yield from agreement.slot_against_ledger(shapes, self.slot, state, [entry.kind for entry in self.entries])
        for entry in self.entries:
            yield from agreement.handle_itself(machine, frame, entry)
            try:
                yield from agreement.handle_against_tables(machine, frame, entry)
                yield from agreement.children(machine, frame, entry)
            except Trouble as trouble:
                yield str(trouble)
        if self.entries and self.entries[0].kind == declared.KIND_ENDPOINT:
            yield from agreement.receivers(machine, frame, self.entries)
        for task, _, entry in self.others:
            if entry.state != shapes.HANDLE_LEAVING:
                yield "A handle of %s names it, but is not in its ring." % task.name
        yield from self.strays()
        yield from self.list_membership()

    def strays(self):
        """Mappings that no handle stands for. Those of kernel memory are boot's."""
        handles = {(entry.owner, entry.detail) for entry in self.entries if entry.place}
        for task, virtual, _ in self.mapped():
            if (task.address, virtual) not in handles and machine_wide(self):
                yield "%s has it mapped at 0x%x without a handle." % (task.name, virtual)

    def mapped(self):
        if "_mapped" not in self.__dict__:
            self._mapped = mappings.find(self.machine, self.frame * PAGE)
        return self._mapped

    def list_membership(self):
        server = self.machine.server
        if self.slot.kind == declared.KIND_LIST and self.entries:
            yield from server.members(self.slot)[1]
        if self.slot.in_list in (0, declared.LIST_DYING):
            return
        found = server.lists().get(self.slot.in_list)
        if not found:
            yield "Its slot says that it is in list %d, which there is not." % self.slot.in_list
            return
        members, wrong = server.members(found[1])
        yield from wrong
        if self.frame not in members:
            yield "Its slot says that it is in list %d, whose chain does not lead to it." % self.slot.in_list


def machine_wide(frame):
    """Whether only handles may stand behind mappings: boot mapped kernel memory for the tasks that it made."""
    return frame.word is None or frame.machine.ledger.state(frame.word) != frame.machine.shapes.LEDGER_KERNEL


def slot_text(view):
    slot = view.slot
    if not slot.address:
        return "not touched yet: %s, %s" % (count_text(slot.ref_count), declared.kind.name(slot.kind))
    if slot.is_free():
        return "%s, %s" % (count_text(slot.ref_count), view.machine.server.free_text(view.frame, slot))
    text = "%s, %s, account %s, %s" % (count_text(slot.ref_count), declared.kind.name(slot.kind),
                                       account_name(slot.payer), agreement.list_text(slot))
    if slot.flags:
        text += ", flags 0x%x" % slot.flags
    if any(slot.storage):
        text += ", metadata " + " ".join("0x%x" % word for word in slot.storage)
    return text


def ledger_text(view):
    ledger, word = view.machine.ledger, view.word
    if word is None:
        return "nobody asked for the frame or one near it yet"
    state = ledger.state(word)
    text = view.machine.shapes.ledger_states.name(state)
    if ledger.is_held(word):
        text += ", by " + plural(len(view.entries), "handle")
    elif state in (view.machine.shapes.LEDGER_SERVER, view.machine.shapes.LEDGER_MOVING):
        text += ", from account %d" % value_of(word)
    return text + (", locked" if word & declared.LEDGER_LOCKED else "")


def handle_rows(view):
    machine, shapes = view.machine, view.machine.shapes
    rows = []
    for entry in view.entries:
        place = view.places.get(entry.address, "nowhere")
        rows.append([machine.task_name(entry.owner), handle_value(entry, place), declared.kind.name(entry.kind),
                     letters(entry.rights), shapes.handle_states.name(entry.state), mapping_text(machine, entry)])
    for task, place, entry in view.others:
        rows.append([task.name, handle_value(entry, place), declared.kind.name(entry.kind), letters(entry.rights),
                     shapes.handle_states.name(entry.state),
                     "went with the call" if entry.state == shapes.HANDLE_LEAVING else "not in the ring"])
    return rows


def show(machine, address):
    frame = address // PAGE
    if frame >= machine.ledger.frames:
        raise Trouble("There is no memory at 0x%x: it ends at 0x%x." % (address, machine.ledger.frames * PAGE))
    view = Frame(machine, frame)
    print("frame 0x%x, number %d, in %s memory" % (frame * PAGE, frame, declared.region.name(view.region)))
    print(title("slot") + slot_text(view) + (" (at 0x%x)" % view.slot.address if view.slot.address else ""))
    print(title("ledger") + ledger_text(view))
    rows = handle_rows(view)
    if rows:
        print("handles")
        columns(rows, indent="  ")
    boot = [] if machine_wide(view) else view.mapped()
    for task, virtual, entry in boot:
        print(title("boot's") + "%s at 0x%x %s" % (task.name, virtual, letters(access(entry))))
    show_verdict(view)


def show_verdict(view):
    request = view.machine.under_way.get(view.frame)
    locked = view.word is not None and view.word & declared.LEDGER_LOCKED
    if request:
        print(title("now") + "in the midst of a request: " + request)
    if locked:
        print(title("now") + "the kernel is changing who holds it")
    sentences = list(dict.fromkeys(view.disagreements()))
    for sentence in sentences:
        print(("for now: " if request or locked else "DISAGREE: ") + sentence)
    if not sentences:
        print("All of it agrees.")

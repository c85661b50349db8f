"""Tasks, and what each of them holds. They are found through the ledger: a task is a frame to which there are handles, or,
if the kernel made it, the owner of some."""
import struct

from .declared import declared
from .kernel import Entry, entry_at
from .memory import PAGE, Trouble, direct, frame_of, is_direct

UNPACK = struct.Struct("<QHHIQQQQQQ")  # struct handle_entry: where there are many
ENTRY = UNPACK.size


class Task:
    def __init__(self, machine, address):
        if not is_direct(address) or address % PAGE:
            raise Trouble("0x%x is no address of a task." % address)
        self.machine = machine
        self.address = address
        self.frame = frame_of(address)
        self.record = machine.memory.record(machine.shapes.task, address)

    @property
    def name(self):
        return self.record.name or "-"

    @property
    def state(self):
        """As the system call LOOK tells it. The short ways of a message leave unsaid that a task runs now."""
        record, shapes = self.record, self.machine.shapes
        if record.halted == shapes.HALT_DIE:
            return declared.STATE_DEAD if record.reap_stage == shapes.REAP_OVER else declared.STATE_DYING
        if self.address != self.machine.current:
            return record.state
        try:
            if record.state == declared.STATE_AWAITING and self.machine.task_at(record.callee).record.caller == self.address:
                return record.state
            if record.state == declared.STATE_RECEIVING and self.machine.line_at(record.calls).receiver == self.address:
                return record.state
        except Trouble:
            pass
        if record.state in (declared.STATE_AWAITING, declared.STATE_RECEIVING):
            return declared.STATE_RUNNING
        return record.state

    def tables(self):
        """Kernel addresses of its handle tables."""
        limit = min(self.record.handle_limit // declared.HANDLES_PER_TABLE, declared.HANDLE_TABLES_MAX)
        return self.record.tables[:limit]

    def hidden(self):
        """Entries that are not in its table, by what they are."""
        shapes = self.machine.shapes
        first = self.address + shapes.task.offset("hidden")
        names = shapes.task_hiddens
        for number, record in enumerate(self.record.hidden):
            if record.state != shapes.HANDLE_EMPTY:
                yield names.name(number), Entry(first + number * ENTRY, record)

    def places(self):
        """All its entries in short: (frame, place, address, state). A place is an index, or what a hidden one is."""
        empty = self.machine.shapes.HANDLE_EMPTY
        self.machine.memory.prefetch(table for table in self.tables() if is_direct(table))
        for number, table in enumerate(self.tables()):
            try:
                image = self.machine.memory.page(table) if is_direct(table) and table % PAGE == 0 else b""
            except Trouble:
                continue
            for k, (name, _, _, state, *_) in enumerate(UNPACK.iter_unpack(image)):
                if state != empty:
                    yield name % 2 ** 32, number * declared.HANDLES_PER_TABLE + k, table + k * ENTRY, state
        for place, entry in self.hidden():
            yield entry.frame, place, entry.address, entry.state

    def entries(self):
        """All its handles, as (place, entry)."""
        for _, place, address, _ in self.places():
            yield place, entry_at(self.machine, address)

    def has_entry(self, address):
        """Whether an entry lies in its tables, or is one of the hidden."""
        first = self.address + self.machine.shapes.task.offset("hidden")
        if first <= address < first + len(self.record.hidden) * ENTRY:
            return True
        return address // PAGE * PAGE in self.tables()

    def entry_of(self, handle):
        """The entry that a handle of this task names, or None."""
        for place, entry in self.entries():
            if place == handle % 2 ** 32 and entry.generation == handle >> 32 != 0:
                return entry
        return None

    def account(self):
        """The account that its handle to the frame server stands for, or None."""
        for _, entry in self.entries():
            if entry.generation and entry.kind == declared.KIND_ENDPOINT and \
                    entry.frame == self.machine.server_endpoint and entry.rights >> declared.RIGHT_CALL & 1:
                return entry.place % 2 ** 32
        return None

    def start_names(self):
        """Names of its start page for handles: (name, handle)."""
        try:
            page = self.machine.memory.user(self.record.root, declared.START_PAGE_ADDRESS, PAGE)
            start = self.machine.shapes.start_page.at(page, 0)
            return [(named.name, named.handle) for named in start.handles[:start.handle_count]]
        except Trouble:
            return []


def find_holdings(machine):
    """Who holds each frame that is held, by frame: a list of (owner, kind, address of the entry). What is wrong with a
    ring is told where that frame is looked at; here the ring ends there."""
    ledger, memory, holdings = machine.ledger, machine.memory, {}
    anchors = [(frame, ledger.anchor(word)) for frame, word in ledger.words() if ledger.is_held(word)]
    memory.prefetch(anchor for _, anchor in anchors)
    for frame, anchor in anchors:
        holders = holdings[frame] = []
        address, seen = anchor, set()
        while address not in seen and is_direct(address) and address % ENTRY == 0:
            seen.add(address)
            try:
                _, kind, _, _, following, _, _, _, _, owner = UNPACK.unpack(memory.read(address, ENTRY))
            except Trouble:
                break
            holders.append((owner, kind, address))
            address = following
    return holdings


def find_tasks(machine):
    """All tasks by their addresses, as their frames lie."""
    found = {machine.current}
    for frame, holders in machine.holdings.items():
        found.update(owner for owner, _, _ in holders)
        if holders and holders[0][1] == declared.KIND_TASK:
            found.add(direct(frame * PAGE))
    tasks = {}
    for address in sorted(found):
        try:
            if frame_of(address) < machine.ledger.frames:
                tasks[address] = Task(machine, address)
        except Trouble:
            continue
    return tasks

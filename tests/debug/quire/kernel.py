"""What the kernel knows: the ledger, and the rings of handles that it anchors."""
import struct

from .declared import declared
from .memory import PAGE, Trouble, direct, frame_of, is_direct

LEAF = declared.LEDGER_WORDS_PER_LEAF


class Ledger:
    """One word a frame. A leaf that was never made has no words."""

    def __init__(self, memory, shapes):
        self.memory = memory
        self.shapes = shapes
        self.frames = memory.word(shapes.addresses["ledger_frame_count"])
        count = (self.frames + LEAF - 1) // LEAF
        directory = memory.word(shapes.addresses["ledger_directory"])
        if not count or not is_direct(directory):
            raise Trouble("The kernel has no ledger yet.")
        self.leaves = struct.unpack("<%dQ" % count, memory.read(directory, count * 8))

    def word(self, frame):
        """The word of a frame, or None where no leaf is."""
        leaf = self.leaves[frame // LEAF] if frame < self.frames else 0
        return self.memory.word(leaf + frame % LEAF * 8) if is_direct(leaf) else None

    def words(self):
        """All words that there are, by frame."""
        self.memory.prefetch(leaf for leaf in self.leaves if is_direct(leaf))
        for number, leaf in enumerate(self.leaves):
            if is_direct(leaf):
                for place, word in enumerate(struct.unpack("<512Q", self.memory.page(leaf))):
                    yield number * LEAF + place, word

    def state(self, word):
        return word >> declared.LEDGER_STATE_SHIFT & 7

    def is_held(self, word):
        return word is not None and self.state(word) == self.shapes.LEDGER_HELD

    def anchor(self, word):
        return word >> declared.LEDGER_VALUE_SHIFT << declared.LEDGER_VALUE_SHIFT


def value_of(word):
    """What is above the state: the account of a frame that is with the server."""
    return word >> declared.LEDGER_VALUE_SHIFT


class Entry:
    """An entry of a handle table, or one that a task has outside of it."""

    def __init__(self, address, record):
        self.address = address
        self.record = record

    def __getattr__(self, name):
        return getattr(self.record, name)

    @property
    def frame(self):
        return self.record.name % 2 ** 32

    @property
    def generation(self):
        return self.record.name >> 32


def entry_at(machine, address):
    if not is_direct(address) or address % 64:
        raise Trouble("0x%x is no address of a handle." % address)
    return Entry(address, machine.memory.record(machine.shapes.handle_entry, address))


def ring(machine, word):
    """The handles of the ring that a word of the ledger anchors, and what is wrong with it, in sentences."""
    entries, wrong = [], []
    first = machine.ledger.anchor(word)
    seen, address, before = set(), first, None
    try:
        while address not in seen:
            seen.add(address)
            entry = entry_at(machine, address)
            if before and entry.previous != before:
                wrong.append("In the ring, the handle at 0x%x does not point back to the one before it." % address)
            entries.append(entry)
            before, address = address, entry.next
        if address != first:
            wrong.append("The ring does not close: after 0x%x comes 0x%x again." % (before, address))
        elif entries[0].previous != before:
            wrong.append("In the ring, the anchor does not point back to the last handle.")
    except Trouble as trouble:
        wrong.append("The ring breaks off after %d handles: %s" % (len(entries), trouble))
    anchor = entries[0] if entries else None
    if anchor and anchor.state != machine.shapes.HANDLE_INSTALLED and anchor.length != len(entries):
        wrong.append("The ring's anchor counts %d handles, the ring has %d." % (anchor.length, len(entries)))
    return entries, wrong


class Endpoint:
    """An endpoint's frame, with a line for each CPU."""

    def __init__(self, machine, frame):
        self.machine = machine
        self.frame = frame
        self.record = machine.memory.record(machine.shapes.endpoint, direct(frame * PAGE))

    def line(self, cpu):
        return self.record.lines[cpu]

    def queues(self):
        """The queues that it has: one, or one for each CPU if it is split. Pairs of CPU, or None, and queue."""
        if self.record.split:
            return [(cpu, self.line(cpu).queue) for cpu in range(len(self.machine.workers()))]
        return [(None, self.record.queue)]

    def receivers(self, cpu):
        """Who waits for callers, on that CPU, or on all if that is None."""
        cpus = range(len(self.machine.workers())) if cpu is None else [cpu]
        return [self.line(cpu).receiver for cpu in cpus if self.line(cpu).receiver]

    def callers(self, queue):
        """The tasks that wait for a receiver, the first one first, and what is wrong with their queue."""
        machine, callers, wrong = self.machine, [], []
        circle, seen = queue.callers, set()
        try:
            while circle:
                first, task = machine.task_at(circle), machine.task_at(circle)
                while task.address not in seen:
                    seen.add(task.address)
                    callers.append(task)
                    task = machine.task_at(task.record.next)
                if task.address != circle:
                    wrong.append("The circle of priority %d does not close." % first.record.priority)
                    break
                circle = first.record.lower
                if circle in seen:
                    wrong.append("The queue runs in a circle.")
                    break
        except Trouble as trouble:
            wrong.append("The queue breaks off: %s" % trouble)
        return callers, wrong


def endpoint_of_line(address):
    """The frame of the endpoint that a line lies in."""
    return frame_of(address)

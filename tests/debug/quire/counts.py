"""Counts over all frames, from slots and ledger, and the sums of the frame server's that they must give."""
import struct
from collections import Counter

from . import agreement
from .declared import declared
from .memory import PAGE
from .server import SLOTS_PER_PAGE, Slot

STATE_NAMES = {declared.REF_COUNT_UNUSED: "unused", declared.REF_COUNT_BUSY: "busy", declared.REF_COUNT_UNIQUE: "unique"}
STATES = ["unused", "busy", "counted", "unique"]
MANY = 2 ** 20  # blocks in a list that must be one without an end


class Counts:
    def __init__(self, machine):
        self.machine = machine
        self.seen = Counter()    # (count, kind word, list, ledger state) -> frames
        self.payers = Counter()  # payer -> frames
        self.devices = 0         # frames of devices that somebody pays for: accounts count them, memory does not
        self.wrong = []          # frames about which slot and ledger disagree,
        self.for_now = []        # and those of them that a request under way is about
        self.pages, self.tables = machine.server.window_pages()
        self.pages_possible = 0
        self._count()

    def by_kind(self):
        """(kind, state) -> frames"""
        kinds = Counter()
        for (count, word, _, _), frames in self.seen.items():
            kinds[word & 0xffff, STATE_NAMES.get(count, "counted")] += frames
        return kinds

    def by_ledger(self):
        """State in the ledger -> frames; None: nobody asked for them yet."""
        states = Counter()
        for key, frames in self.seen.items():
            states[key[3]] += frames
        return states

    def _count(self):
        machine, ledger = self.machine, self.machine.ledger
        machine.memory.prefetch(address for _, address in self.pages)
        backed = {first // SLOTS_PER_PAGE: address for first, address in self.pages}
        states = {frame: ledger.state(word) for frame, word in ledger.words()}
        table, units, good = machine.main.regions, set(), {}
        for region in table.regions[:table.count]:
            if not declared.region.column(region.type, "slots"):
                continue
            pattern = machine.pattern(region.type) * SLOTS_PER_PAGE
            first, end = region.base // PAGE, region.end // PAGE
            here = Counter()
            for unit in range(first // SLOTS_PER_PAGE, (end + SLOTS_PER_PAGE - 1) // SLOTS_PER_PAGE):
                units.add(unit)
                image = machine.memory.page(backed[unit]) if unit in backed else pattern
                words = struct.unpack("<512Q", image)
                at = unit * SLOTS_PER_PAGE
                for frame in range(max(at, first), min(at + SLOTS_PER_PAGE, end)):
                    place = (frame - at) * 8
                    key = words[place + 5], words[place + 6], words[place + 7], states.get(frame)
                    here[key] += 1
                    if key[3] == machine.shapes.LEDGER_HELD:
                        agrees = self._agrees(Slot(image, place * 8), key[3], frame)
                    else:
                        agrees = good.get(key)
                        if agrees is None:
                            agrees = good[key] = self._agrees(Slot(image, place * 8), key[3], frame)
                    if not agrees:
                        (self.for_now if frame in machine.under_way else self.wrong).append(frame)
            self.seen.update(here)
            for (_, word, _, _), frames in here.items():
                self.payers[word >> 32] += frames
                if word & 0xffff == declared.KIND_DEVICE and word >> 32 != declared.ACCOUNT_NOBODY:
                    self.devices += frames
        self.pages_possible = len(units)

    def _agrees(self, slot, state, frame):
        kinds = [kind for _, kind, _ in self.machine.holdings.get(frame, ())]
        return next(agreement.slot_against_ledger(self.machine.shapes, slot, state, kinds), None) is None


def blocks(server, buddy, zone, order):
    """How many blocks the list of an order has, and what is wrong with it."""
    frame, seen, before = buddy.first[zone][order], set(), declared.FRAME_NONE
    while frame != declared.FRAME_NONE and frame not in seen and len(seen) < MANY:
        where = "zone %d, order %d" % (zone, order)
        if frame >= server.machine.ledger.frames:
            return len(seen), "The list of free blocks of %s leads to 0x%x, where no memory is." % (where, frame * PAGE)
        slot = server.slot(frame)
        if not slot.is_free() or slot.flags != declared.FLAG_BLOCK + order:
            return len(seen), "The list of free blocks of %s leads to the frame 0x%x, which is none." % (where, frame * PAGE)
        if slot.storage[declared.BLOCK_PREVIOUS] != before:
            return len(seen), "In the list of free blocks of %s, 0x%x does not point back." % (where, frame * PAGE)
        seen.add(frame)
        before, frame = frame, slot.storage[declared.BLOCK_NEXT]
    if frame in seen:
        return len(seen), "The list of free blocks of zone %d, order %d runs in a circle." % (zone, order)
    return len(seen), None


def fresh_frames(machine, buddy, zone):
    """Usable frames of memory that was never asked for."""
    border = declared.ZONE_HIGH_FIRST_FRAME
    low, high = (0, border) if zone == declared.ZONE_LOW else (border, machine.ledger.frames)
    spans = [(buddy.seed_next, buddy.seed_end)]
    for k, word in enumerate(buddy.fresh):
        spans += [((k * 64 + bit) * declared.GRANULE_FRAMES, (k * 64 + bit + 1) * declared.GRANULE_FRAMES)
                  for bit in range(64) if word >> bit & 1]
    table, total = machine.main.regions, 0
    for region in table.regions[:table.count]:
        if region.type == declared.REGION_USABLE:
            for first, end in spans:
                first = max(first, low, region.base // PAGE)
                total += max(0, min(end, high, region.end // PAGE) - first)
    return total

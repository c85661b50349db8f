"""Counts over all frames, from slots and ledger, and the sums of the frame server's that they must give."""
from collections import Counter

from . import agreement
from .declared import declared
from .memory import PAGE
from .server import Slot

STATES = ["unused", "busy", "counted", "unique"]
MANY = 2 ** 20  # blocks in a list that must be one without an end


def state_of(slot):
    if slot.ref_count == declared.REF_COUNT_UNUSED:
        return "unused"
    if slot.ref_count == declared.REF_COUNT_BUSY:
        return "busy"
    return "unique" if slot.ref_count == declared.REF_COUNT_UNIQUE else "counted"


class Counts:
    def __init__(self, machine):
        self.machine = machine
        self.kinds = Counter()   # (kind, state) -> frames
        self.payers = Counter()  # payer -> frames, of memory that boot or clients can have
        self.ledger = Counter()  # state -> frames; None: no leaf
        self.wrong = []          # frames about which slot and ledger disagree,
        self.for_now = []        # and those of them that a request under way is about
        self.pages, self.tables = machine.server.window_pages()
        self.pages_possible = 0
        self._count()

    def _count(self):
        machine = self.machine
        machine.memory.prefetch(address for _, address in self.pages)
        backed = {first // 64: address for first, address in self.pages}
        words = dict(machine.ledger.words())
        table = machine.main.regions
        units = set()
        for region in table.regions[:table.count]:
            if not declared.region.column(region.type, "slots"):
                continue
            first, end = region.base // PAGE, region.end // PAGE
            pattern = Slot(machine.pattern(region.type))
            units.update(range(first // 64, (end + 63) // 64))
            at = first
            while at < end:
                stop = min(end, at - at % 64 + 64)
                address = backed.get(at // 64)
                image = machine.memory.page(address) if address else None
                for frame in range(at, stop):
                    self._add(frame, region.type, Slot(image, frame % 64 * 64) if image else pattern, words.get(frame))
                at = stop
        self.pages_possible = len(units)

    def _add(self, frame, region, slot, word):
        machine = self.machine
        self.kinds[slot.kind, state_of(slot)] += 1
        if region != declared.REGION_FRAMEBUFFER or slot.payer != declared.ACCOUNT_SYSTEM:
            self.payers[slot.payer] += 1
        state = None if word is None else machine.ledger.state(word)
        self.ledger[state] += 1
        holders = machine.holdings.get(frame, ())
        if next(agreement.slot_against_ledger(machine.shapes, slot, state, [kind for _, kind, _ in holders]), None):
            (self.for_now if frame in machine.under_way else self.wrong).append(frame)


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

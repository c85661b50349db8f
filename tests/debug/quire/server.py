"""What the frame server knows: slots, accounts, free frames, and what its workers are at."""
import struct

from .declared import declared
from .memory import ENTRIES, PAGE, Trouble, direct, index_of, is_direct

SLOT = declared.SLOT_SIZE
SLOTS_PER_PAGE = PAGE // SLOT
LARGEST = 3  # the level of tables right below the root


class Slot:
    """A slot's fields; `address` is the kernel's, 0 if nobody touched the slot yet and it is as its region's type says."""
    unpack = struct.Struct("<8Q").unpack_from

    def __init__(self, image, offset=0, address=0):
        words = self.unpack(image, offset)
        self.storage = words[:5]
        self.ref_count = words[5]
        self.kind_word = words[6]
        self.in_list = words[7]
        self.address = address
        self.kind = self.kind_word & 0xffff
        self.flags = self.kind_word >> 16 & 0xffff
        self.payer = self.kind_word >> 32

    def is_free(self):
        return self.payer == declared.ACCOUNT_NOBODY


def count_text(count):
    """A reference count in words."""
    if count == declared.REF_COUNT_UNUSED:
        return "unused"
    if count == declared.REF_COUNT_UNIQUE:
        return "unique"
    if count == declared.REF_COUNT_BUSY:
        return "busy"
    if count > declared.REF_COUNT_MAX:
        return "0x%x, which no count can be" % count
    return "count %d" % count


class Intent:
    """What a worker is at: its caller's request, and the frames that it names."""

    def __init__(self, machine, worker):
        control = machine.memory.record(machine.shapes.worker_control, worker.record.control)
        self.worker = worker
        self.opens_account = control.intent == declared.INTENT_ACCOUNT + 1
        self.frame = control.intent - 1 if control.intent and not self.opens_account else None
        count = min(control.intent_run % declared.INTENT_COUNTED, declared.TRANSFER_FRAMES)  # flags above
        self.run = []
        if count and is_direct(worker.record.transfer):
            self.run = list(struct.unpack("<%dQ" % count, machine.memory.read(worker.record.transfer, count * 8)))

    def names(self, frame):
        return frame == self.frame or frame in self.run


class Server:
    """The frame server of a machine, alive or dead: its memory stays where it was."""

    def __init__(self, machine):
        self.machine = machine
        workers = machine.workers()
        if not workers:
            raise Trouble("There is no frame server (yet).")
        self.task = workers[0]
        self.memory = machine.memory

    @property
    def root(self):
        return self.task.record.root

    def keep(self):
        """struct keep, as it is in the server's memory."""
        if "_keep" not in self.__dict__:
            layout = self.machine.shapes.keep
            keep = layout.at(self.memory.user(self.root, self.machine.shapes.addresses["keep"], layout.size), 0)
            if not keep.version:
                raise Trouble("The frame server has not set itself up yet.")
            self._keep = keep
        return self._keep

    def intents(self):
        return [Intent(self.machine, worker) for worker in self.machine.workers()]

    def slot(self, frame):
        """The slot of a frame below the end of memory."""
        address = declared.WINDOW_ADDRESS + frame * SLOT
        found = self.memory.entry(self.root, address)
        if found and found[1] & declared.PAGE_PRESENT:
            place = direct(found[1] & declared.PAGE_ADDRESS) + address % PAGE
            return Slot(self.memory.read(place, SLOT), 0, place)
        return Slot(self.machine.pattern(self.machine.region(frame)))

    def window_pages(self):
        """Pages of the window that are backed: (first frame, kernel address). And how many tables lead to them."""
        memory, pages, tables = self.memory, [], 0
        present, address_bits = declared.PAGE_PRESENT, declared.PAGE_ADDRESS
        end = declared.WINDOW_ADDRESS + self.machine.ledger.frames * SLOT
        for top in range(declared.WINDOW_ADDRESS, end, PAGE * ENTRIES ** 2):
            upper = memory.entry(self.root, top, LARGEST)
            if not upper or not upper[1] & present:
                continue
            tables += 1
            for k, middle in enumerate(memory.table(upper[1] & address_bits)):
                if not middle & present:
                    continue
                tables += 1
                for n, entry in enumerate(memory.table(middle & address_bits)):
                    if entry & present:
                        virtual = top + (k * ENTRIES + n) * PAGE
                        pages.append(((virtual - declared.WINDOW_ADDRESS) // SLOT, direct(entry & address_bits)))
        return pages, tables

    def slots(self):
        """All slots that are backed, as (frame, slot)."""
        pages, _ = self.window_pages()
        self.memory.prefetch(address for _, address in pages)
        for first, address in pages:
            image = self.memory.page(address)
            for k in range(SLOTS_PER_PAGE):
                yield first + k, Slot(image, k * SLOT, address + k * SLOT)

    def is_window(self, virtual):
        """Whether an address of the server's lies in the table entry of the window."""
        return index_of(virtual, declared.PAGE_TABLE_ROOT) == index_of(declared.WINDOW_ADDRESS, declared.PAGE_TABLE_ROOT)

    def free_text(self, frame, slot):
        """Where a free frame is."""
        if slot.kind == declared.KIND_DEVICE:
            return "a device's, to be claimed"
        if slot.flags & declared.FLAG_BLOCK:
            return "first of a free block of order %d" % (slot.flags - declared.FLAG_BLOCK)
        if slot.flags & declared.FLAG_CACHED:
            return "in the cache of worker %d" % (slot.flags - declared.FLAG_CACHED)
        for order in range(1, declared.BUDDY_ORDERS):
            first = frame - frame % (1 << order)
            head = self.slot(first)
            if head.is_free() and head.flags == declared.FLAG_BLOCK + order:
                return "in a free block of order %d from 0x%x on" % (order, first * PAGE)
        granule = frame // declared.GRANULE_FRAMES
        if self.keep().buddy.fresh[granule // 64] >> granule % 64 & 1:
            return "in memory that was never asked for"
        return "in no free block, and in no cache"

    def lists(self):
        """Frames of kind list, by the number of the list."""
        return {slot.storage[self.machine.shapes.LIST_WORD_ID]: (frame, slot) for frame, slot in self.slots() if slot.kind == declared.KIND_LIST}

    def members(self, slot):
        """The frames of a list, the front first, and what is wrong with their chain. Links are frame numbers + 1."""
        shapes, members, seen = self.machine.shapes, [], set()
        link, length = slot.storage[shapes.LIST_WORD_FRONT], slot.storage[shapes.LIST_WORD_LENGTH]
        while link and link not in seen:
            if link > self.machine.ledger.frames:
                return members, ["The list's chain leads to the frame 0x%x, which does not exist." % ((link - 1) * PAGE)]
            seen.add(link)
            members.append(link - 1)
            link = self.slot(link - 1).storage[shapes.MEMBER_NEXT]
        if link:
            return members, ["The list runs in a circle: after 0x%x comes 0x%x again." % (
                members[-1] * PAGE, (link - 1) * PAGE)]
        if len(members) != length:
            return members, ["The list's length is %d, but its chain has %d frames." % (length, len(members))]
        return members, []

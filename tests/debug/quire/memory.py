"""Memory of a stopped machine. Kernel addresses mean the same in every address space; physical ones are read through
the direct map, and those of a task by its page tables. Pages are read once for each command, neighbours together."""
import struct

import gdb

from .declared import declared

PAGE = declared.FRAME_SIZE
ENTRIES = 512
ACCESS = [(declared.PAGE_WRITE, True, declared.RIGHT_WRITE), (declared.PAGE_NO_EXECUTE, False, declared.RIGHT_EXECUTE)]


class Trouble(Exception):
    """What can't be told, in a sentence."""


class Memory:
    def __init__(self):
        self.inferior = gdb.selected_inferior()
        self.pages = {}

    def _fetch(self, first, count):
        try:
            image = bytes(self.inferior.read_memory(first, count * PAGE))
        except (gdb.MemoryError, OverflowError):
            if count == 1:
                raise Trouble("There is no memory at the kernel's address 0x%x." % first) from None
            for k in range(count):
                self._fetch(first + k * PAGE, 1)
            return
        for k in range(count):
            self.pages[first + k * PAGE] = image[k * PAGE:(k + 1) * PAGE]

    def prefetch(self, addresses):
        """Reads the pages that hold the kernel addresses, as many at once as follow one another; some may be missing."""
        wanted = sorted({address // PAGE * PAGE for address in addresses} - self.pages.keys())
        while wanted:
            count = 1
            while count < len(wanted) and wanted[count] == wanted[0] + count * PAGE:
                count += 1
            try:
                self._fetch(wanted[0], count)
            except Trouble:
                pass
            del wanted[:count]

    def page(self, address):
        """The page that holds a kernel address."""
        first = address // PAGE * PAGE
        if first not in self.pages:
            self._fetch(first, 1)
        return self.pages[first]

    def read(self, address, length):
        end = address + length
        if address // PAGE == (end - 1) // PAGE:
            return self.page(address)[address % PAGE:address % PAGE + length]
        pages = range(address // PAGE * PAGE, end, PAGE)
        self.prefetch(pages)
        image = b"".join(self.page(page) for page in pages)
        return image[address % PAGE:address % PAGE + length]

    def word(self, address):
        return int.from_bytes(self.read(address, 8), "little")

    def record(self, layout, address):
        return layout.at(self.read(address, layout.size), 0)

    def table(self, physical):
        """The entries of a page table, or the words of any other frame."""
        return struct.unpack("<512Q", self.page(frame_address(physical)))

    def entry(self, root, virtual, level=1):
        """The entry for a task's address in its table of a level, as (its kernel address, its value), or None if a
        table above is missing."""
        table = root
        for at in range(declared.PAGE_TABLE_ROOT, level, -1):
            value = self.word(frame_address(table) + index_of(virtual, at) * 8)
            if not value & declared.PAGE_PRESENT or value & declared.PAGE_LARGE:
                return None
            table = value & declared.PAGE_ADDRESS
        place = frame_address(table) + index_of(virtual, level) * 8
        return place, self.word(place)

    def user(self, root, virtual, length):
        """Memory of a task."""
        places, first = [], virtual // PAGE * PAGE
        for page in range(first, virtual + length, PAGE):
            found = self.entry(root, page)
            if not found or not found[1] & declared.PAGE_PRESENT:
                raise Trouble("The task has no memory at 0x%x." % page)
            places.append(direct(found[1] & declared.PAGE_ADDRESS))
        self.prefetch(places)
        image = b"".join(self.page(place) for place in places)
        return image[virtual - first:virtual - first + length]


def index_of(virtual, level):
    return virtual >> (12 + 9 * (level - 1)) & ENTRIES - 1


def direct(physical):
    """The kernel's address of physical memory."""
    return declared.DIRECT_MAP_ADDRESS + physical


def frame_address(physical):
    """The same of a whole frame, whose address came out of some structure."""
    if physical >= declared.PHYSICAL_MAX or physical % PAGE:
        raise Trouble("There is no frame at 0x%x." % physical)
    return direct(physical)


def is_direct(address):
    return 0 <= address - declared.DIRECT_MAP_ADDRESS < declared.PHYSICAL_MAX


def frame_of(address):
    """The number of the frame that a kernel pointer points into."""
    return (address - declared.DIRECT_MAP_ADDRESS) // PAGE


def access(entry):
    """What a page-table entry allows, as bits of rights."""
    rights = 1 << declared.RIGHT_READ
    for bit, allows, right in ACCESS:
        if bool(entry & bit) == allows:
            rights |= 1 << right
    return rights

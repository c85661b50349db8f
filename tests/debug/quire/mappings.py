"""Where a frame is mapped, by the page tables of all tasks alone."""
from .declared import declared
from .memory import ENTRIES, Trouble, direct, index_of

HALF = ENTRIES // 2  # of a root table: the tasks' addresses


def lowest_tables(machine, task):
    """The tables of pages in a task's half of its address space, as (first virtual address, table); not the window's."""
    window = index_of(declared.WINDOW_ADDRESS, declared.PAGE_TABLE_ROOT) if task.record.server else None
    tables, seen = [(0, task.record.root)], set()
    for level in range(declared.PAGE_TABLE_ROOT, 1, -1):
        size = 1 << (12 + 9 * (level - 1))
        below = []
        for base, table in tables:
            try:
                words = machine.memory.table(table)
            except Trouble:
                continue
            for index, word in enumerate(words[:HALF] if level == declared.PAGE_TABLE_ROOT else words):
                physical = word & declared.PAGE_ADDRESS
                if not word & declared.PAGE_PRESENT or word & declared.PAGE_LARGE or (level, physical) in seen or \
                        level == declared.PAGE_TABLE_ROOT and index == window:
                    continue
                seen.add((level, physical))  # a table that is met twice would be looked through twice
                below.append((base + index * size, physical))
        machine.memory.prefetch(direct(physical) for _, physical in below if physical < declared.PHYSICAL_MAX)
        tables = below
    return tables


def find(machine, physical):
    """The places where tasks have a frame: (task, virtual address, entry)."""
    places = []
    middle = physical.to_bytes(8, "little")[2:6]  # of an entry: what is neither flags nor above all memory
    for task in machine.tasks.values():
        if task.state in (declared.STATE_FRESH, declared.STATE_DYING, declared.STATE_DEAD):
            continue
        for base, table in lowest_tables(machine, task):
            try:
                image = machine.memory.page(direct(table))
            except Trouble:
                continue
            at = image.find(middle) if table < declared.PHYSICAL_MAX else -1
            while at >= 0:
                entry = int.from_bytes(image[at // 8 * 8:at // 8 * 8 + 8], "little")
                if at % 8 == 2 and entry & declared.PAGE_PRESENT and entry & declared.PAGE_ADDRESS == physical:
                    places.append((task, base + at // 8 * declared.FRAME_SIZE, entry))
                at = image.find(middle, at + 1)
    return places

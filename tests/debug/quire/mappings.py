"""Where a frame is mapped, by the page tables of all tasks alone."""
from .declared import declared
from .memory import ENTRIES, Trouble, direct, index_of

HALF = ENTRIES // 2  # of a root table: the tasks' addresses


def walk(machine, task):
    """All pages in a task's half of its address space, as (virtual address, entry); not those of the window."""
    window = index_of(declared.WINDOW_ADDRESS, declared.PAGE_TABLE_ROOT) if task.record.server else None
    seen = set()

    def below(table, level, base, entries):
        if (table, level) in seen:
            return  # a table that is met twice has been looked through
        seen.add((table, level))
        try:
            words = machine.memory.table(table)[:entries]
        except Trouble:
            return
        size = 1 << (12 + 9 * (level - 1))
        if level > 2:
            machine.memory.prefetch(direct(word & declared.PAGE_ADDRESS) for word in words if word & declared.PAGE_PRESENT)
        for index, word in enumerate(words):
            if not word & declared.PAGE_PRESENT or level == declared.PAGE_TABLE_ROOT and index == window:
                continue
            virtual = base + index * size
            if level == 1 or word & declared.PAGE_LARGE:
                yield virtual, word
            else:
                yield from below(word & declared.PAGE_ADDRESS, level - 1, virtual, ENTRIES)
    yield from below(task.record.root, declared.PAGE_TABLE_ROOT, 0, HALF)


def find(machine, physical):
    """The places where tasks have a frame: (task, virtual address, entry)."""
    places = []
    for task in machine.tasks.values():
        if task.state not in (declared.STATE_FRESH, declared.STATE_DYING, declared.STATE_DEAD):
            places += [(task, virtual, entry) for virtual, entry in walk(machine, task)
                       if entry & declared.PAGE_ADDRESS == physical]
    return places

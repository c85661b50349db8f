"""What has to hold between the slot of a frame, its ledger word, its handles and the page tables: the invariants of
docs/design.md. Each function gives the sentences that say what does not."""
from .declared import declared, letters
from .kernel import Endpoint
from .memory import PAGE, Trouble, access, direct, frame_of
from .server import count_text


def slot_against_ledger(shapes, slot, state, kinds):
    """A slot and the state in the ledger, None where nobody asked for the frame yet; kinds: those of its handles."""
    count = slot.ref_count
    if state == shapes.LEDGER_HELD:
        yield from _held(slot, count, kinds)
    elif state == shapes.LEDGER_SERVER and not slot.is_free():
        if count != declared.REF_COUNT_UNIQUE or slot.in_list in (0, declared.LIST_DYING):
            yield "It came to the server by a move, but its slot says %s, in %s." % (count_text(count), list_text(slot))
    elif state == shapes.LEDGER_MOVING:
        return  # goes to the server with a call that is in service
    elif state in (shapes.LEDGER_FREE, shapes.LEDGER_SERVER, shapes.LEDGER_DEVICE):
        if slot.is_free() and count != declared.REF_COUNT_UNUSED:
            yield "It is free, but its slot says %s." % count_text(count)
        elif not slot.is_free() and not (count == declared.REF_COUNT_UNIQUE and slot.in_list == declared.LIST_DYING):
            yield "Nobody holds it, but its slot says %s, charged to account %d." % (count_text(count), slot.payer)
    elif state is None and slot.is_free():
        if count != declared.REF_COUNT_UNUSED:
            yield "Nobody asked for it yet, but its slot says %s." % count_text(count)
    elif state == shapes.LEDGER_KERNEL and slot.kind == declared.KIND_TASK:
        return  # a task that ended, and gives itself back last
    elif count != 1 or declared.kind.column(slot.kind, "object") or slot.payer != declared.ACCOUNT_SYSTEM:
        yield "It is nobody's to have (ledger: %s), but its slot says %s, %s, charged to account %d." % (
            shapes.ledger_states.name(state) if state is not None else "not asked for yet",
            declared.kind.name(slot.kind), count_text(count), slot.payer)


def _held(slot, count, kinds):
    if slot.is_free():
        yield "It is held, but its slot says that it is free."
    if count == declared.REF_COUNT_UNIQUE:
        if len(kinds) != 1:
            yield "Its slot says unique, but %d handles to it exist." % len(kinds)
    elif count != len(kinds):
        yield "Its slot says %s, but %s." % (
            count_text(count), "one handle exists" if len(kinds) == 1 else "%d handles exist" % len(kinds))
    elif not declared.kind.column(slot.kind, "shareable"):
        yield "A frame of kind %s has one exclusive owner, but its slot counts." % declared.kind.name(slot.kind)
    for kind in sorted(set(kinds) - {slot.kind}):
        yield "Its slot says that it is of kind %s, a handle that it is of kind %s." % (
            declared.kind.name(slot.kind), declared.kind.name(kind))
    if slot.in_list:
        yield "It is held, but its slot says that it is in %s." % list_text(slot)


def list_text(slot):
    if slot.in_list == declared.LIST_DYING:
        return "the dying lists"
    return "list %d" % slot.in_list if slot.in_list else "no list"


def handle_itself(machine, frame, entry):
    """A handle of the frame's ring, its owner and its place there."""
    try:
        task = machine.task_at(entry.owner)
    except Trouble as trouble:
        yield "The handle at 0x%x has no owner: %s" % (entry.address, trouble)
        return
    if not task.has_entry(entry.address):
        yield "The handle at 0x%x says that it is %s's, but lies in none of its tables." % (entry.address, task.name)
    if entry.frame != frame:
        yield "A handle of %s is in the ring, but names the frame 0x%x." % (task.name, entry.frame * PAGE)
    if entry.state not in (machine.shapes.HANDLE_HELD, machine.shapes.HANDLE_INSTALLED):
        yield "A handle of %s is in the ring, but it is %s." % (task.name, machine.shapes.handle_states.name(entry.state))


def handle_against_tables(machine, frame, entry):
    """Where a handle says that its frame is mapped or installed, and what the owner's tables have there."""
    shapes = machine.shapes
    task = machine.task_at(entry.owner)
    if task.state in (declared.STATE_DYING, declared.STATE_DEAD) or not entry.place and not entry.detail:
        return  # nobody loads these tables any more
    if declared.kind.column(entry.kind, "untyped"):
        yield from _mapped(machine, task, frame, entry)
    elif entry.state == shapes.HANDLE_INSTALLED and entry.kind == declared.KIND_HANDLE_TABLE:
        position = entry.detail // PAGE
        if position >= declared.HANDLE_TABLES_MAX or task.record.tables[position] != direct(frame * PAGE):
            yield "%s has another handle table at position %d." % (task.name, position)
    elif entry.state == shapes.HANDLE_INSTALLED:
        level = entry.detail % PAGE
        if not 1 <= level < declared.PAGE_TABLE_ROOT:
            yield "The handle of %s says that it is a table of level %d." % (task.name, level)
            return
        found = machine.memory.entry(task.record.root, entry.detail - level, level + 1)
        if not found or found[0] != entry.place or frame_of(direct(found[1] & declared.PAGE_ADDRESS)) != frame:
            yield "It is no table of level %d for 0x%x in %s's page tables." % (level, entry.detail - level, task.name)


def children(machine, frame, entry):
    """A page table counts its entries in the handle that it was installed with."""
    shapes = machine.shapes
    if entry.state != shapes.HANDLE_INSTALLED or entry.kind != declared.KIND_PAGE_TABLE or \
            machine.task_at(entry.owner).state in (declared.STATE_DYING, declared.STATE_DEAD):
        return
    words = machine.memory.table(frame * PAGE)
    is_root = machine.task_at(entry.owner).record.root == frame * PAGE
    used = sum(1 for word in (words[:256] if is_root else words) if word)  # a root's upper half is the kernel's
    if used != entry.length:
        yield "%d entries of the page table are in use, its handle counts %d." % (used, entry.length)


def _mapped(machine, task, frame, entry):
    found = machine.memory.entry(task.record.root, entry.detail)
    if not found or not found[1] & declared.PAGE_PRESENT:
        yield "%s's handle says that it is mapped at 0x%x, but its page tables have nothing there." % (task.name, entry.detail)
    elif (found[1] & declared.PAGE_ADDRESS) != frame * PAGE:
        yield "%s's handle says that it is mapped at 0x%x, but its page tables have the frame 0x%x there." % (
            task.name, entry.detail, found[1] & declared.PAGE_ADDRESS)
    elif found[0] != entry.place:
        yield "%s's handle names another page-table entry for 0x%x." % (task.name, entry.detail)
    elif access(found[1]) & ~entry.rights or not found[1] & declared.PAGE_USER:
        yield "%s's page tables allow %s at 0x%x, its handle only %s." % (
            task.name, letters(access(found[1])), entry.detail, letters(entry.rights))


def receivers(machine, frame, entries):
    """An endpoint counts the handles that can receive."""
    found = sum(entry.rights >> declared.RIGHT_RECEIVE & 1 for entry in entries)
    counted = Endpoint(machine, frame).record.receivers
    if found != counted:
        yield "The endpoint counts %d handles that can receive, there are %d." % (counted, found)

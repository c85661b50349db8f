"""Calls under way, in words: what a caller asks for, what goes along, whom a worker serves."""
from .declared import declared
from .kernel import Entry
from .memory import PAGE, Trouble, is_direct
from .show import plural

WANT_SHIFT, MODE_SHIFT = 8, 12  # rax_make() in quire/abi.h
LABEL_OPERATION = 2 ** 32       # label_make(), likewise


def operation_text(machine, caller):
    """What a caller asks for: words to other tasks than the frame server mean what these agreed on."""
    record = caller.record
    pending, mode = record.service.pending, rax_mode(record.service.pending)
    to_server = asks_server(machine, caller)
    if pending & declared.CALL_REAPS:
        return "drop, as it ends"
    if to_server:
        if mode == declared.MODE_DROP:
            return "drop"
        return declared.operation.name(record.registers.rsi % LABEL_OPERATION)
    if pending or record.state == declared.STATE_CALLING:
        return "label 0x%x" % record.registers.rsi
    return "words"  # the short way leaves the label in the processor


def rax_mode(pending):
    return pending >> MODE_SHIFT & 0xf


def asks_server(machine, caller):
    try:
        if caller.state == declared.STATE_CALLING:
            return caller.record.calls // PAGE == machine.cpu.frame_server // PAGE
        return bool(machine.task_at(caller.record.callee).record.server)
    except Trouble:
        return False


def details(machine, caller):
    """How the call carries handles, and what it wants."""
    service, shapes = caller.record.service, machine.shapes
    pending, parts = service.pending, []
    if caller.state == declared.STATE_CALLING:
        rax = caller.record.registers.rax
        mode, want = rax >> MODE_SHIFT & 0xf, rax >> WANT_SHIFT & 0xf
    else:
        mode, want = rax_mode(pending), pending >> WANT_SHIFT & 0xf
    if want:
        parts.append("wants " + declared.action.name(want))
    if mode:
        parts.append(declared.mode.name(mode))
    if caller.state == declared.STATE_AWAITING and asks_server(machine, caller):
        if mode in (declared.MODE_BORROW, declared.MODE_ATTACH):
            lent = [entry for entry in service.borrowed if entry]
            if lent[1:] == lent[:1] and lent:
                parts.append("of " + plural(caller.record.registers.rax >> 16 & 0xffff, "frame"))
            else:
                parts += [frame_text(name) for entry, name in zip(service.borrowed, service.borrowed_name) if entry]
        if mode in (declared.MODE_DROP, declared.MODE_MOVE, declared.MODE_ATTACH) and service.leaving_count:
            parts.append(leaving_text(machine, service, shapes))
    if pending & declared.CALL_HALTED and not pending & declared.CALL_REAPS:
        parts.append("stops with the reply")
    return ", ".join(parts)


def frame_text(name):
    return "frame 0x%x" % (name % 2 ** 32 * PAGE)


def leaving_text(machine, service, shapes):
    if not is_direct(service.leaving):
        return plural(service.leaving_count, "handle") + " leaving"
    first = Entry(service.leaving, machine.memory.record(shapes.handle_entry, service.leaving))
    if service.leaving_count == 1:
        return frame_text(first.record.name) + " leaving"
    return "%d handles leaving, the first to %s" % (service.leaving_count, frame_text(first.record.name))


def request_text(machine, worker):
    """Whom a worker serves, and with what."""
    if not worker.record.caller:
        return "%s, for nobody" % worker.name
    caller = machine.task_at(worker.record.caller)
    more = details(machine, caller)
    return "%s serves %s: %s%s" % (worker.name, caller.name, operation_text(machine, caller), ", " + more if more else "")

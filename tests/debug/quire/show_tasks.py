"""`quire tasks` and `quire handles TASK`."""
from .declared import declared, letters
from .kernel import endpoint_of_line
from .memory import PAGE, Trouble, is_direct
from .show import columns, handle_value, mapping_text, plural


def waits_for(machine, task):
    """What has to happen before a task goes on, or what became of it."""
    record, state = task.record, task.state
    if state == declared.STATE_AWAITING:
        return "reply of %s" % machine.task_name(record.callee)
    if state in (declared.STATE_CALLING, declared.STATE_RECEIVING):
        name = machine.endpoint_name(endpoint_of_line(record.calls)) if is_direct(record.calls) else "nothing known"
        return ("receiver at " if state == declared.STATE_CALLING else "call at ") + name
    if state in (declared.STATE_DYING, declared.STATE_DEAD):
        text = declared.end.name(record.end)
        if record.end == declared.END_EXITED:
            text += " with %d" % record.end_code
        if record.end == declared.END_FAULTED:
            text += ": %s at 0x%x" % (declared.exception.name(record.end_vector), record.end_code)
        return text
    if record.caller and state != declared.STATE_FRESH:
        return "(serves %s)" % machine.task_name(record.caller)
    return ""


def row(machine, task):
    record, state = task.record, task.state
    mark = "*" if task.address == machine.current else ""
    frame = "0x%x" % (task.frame * PAGE)
    if state == declared.STATE_FRESH:
        return [mark, task.name, declared.state.name(state), "", "", "", "", frame, ""]
    try:
        account, handles = task.account(), str(sum(1 for _ in task.entries()))
    except Trouble:
        account, handles = None, "?"
    halt = " (stops)" if record.halted == machine.shapes.HALT_STOP and state != declared.STATE_STOPPED else ""
    return [mark, task.name, declared.state.name(state) + halt, str(record.priority), str(record.cpu_number),
            "-" if account is None else str(account), handles, frame, waits_for(machine, task)]


def show_tasks(machine):
    rows = [["", "task", "state", "priority", "CPU", "account", "handles", "frame", "waits for"]]
    columns(rows + [row(machine, task) for task in machine.tasks.values()])
    if not machine.current:
        print("No task runs: the processor waits for an interrupt.")


def show_handles(machine, name):
    task = machine.find_task(name)
    shapes = machine.shapes
    rows = [["handle", "kind", "rights", "frame", "state", "others", "used for"]]
    for place, entry in task.entries():
        others = len(machine.holdings.get(entry.frame, ())) - (entry.state != shapes.HANDLE_LEAVING)
        rows.append([handle_value(entry, place), declared.kind.name(entry.kind), letters(entry.rights),
                     "0x%x" % (entry.frame * PAGE), shapes.handle_states.name(entry.state), str(others),
                     use_text(machine, entry)])
    columns(rows)
    print("%s of %d" % (plural(len(rows) - 1, "handle"), task.record.handle_limit))


def use_text(machine, entry):
    try:
        text = mapping_text(machine, entry)
    except Trouble as trouble:
        return str(trouble)
    name = machine.endpoint_names.get(entry.frame) if entry.kind == declared.KIND_ENDPOINT else None
    return "%s, %s" % (name, text) if name else text

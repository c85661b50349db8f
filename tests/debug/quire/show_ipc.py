"""`quire ipc`: endpoints and who waits there, calls under way, and what the workers of the frame server are at."""
from .declared import declared
from .kernel import Endpoint
from .memory import PAGE
from .requests import details, operation_text, request_text
from .server import Intent
from .show import columns, plural

def endpoints(machine):
    """Frames of all endpoints, that of the frame server first."""
    frames = [frame for frame, holders in machine.holdings.items() if any(kind == declared.KIND_ENDPOINT for _, kind, _ in holders)]
    return sorted(frames, key=lambda frame: (frame != machine.server_endpoint, frame))


def show_endpoints(machine):
    rows = [["endpoint", "CPU", "receiver", "handles", "bits", "callers, by priority"]]
    wrong = []
    for frame in endpoints(machine):
        endpoint = Endpoint(machine, frame)
        for cpu, queue in endpoint.queues():
            callers, complaints = endpoint.callers(queue)
            wrong += ["%s: %s" % (machine.endpoint_name(frame), complaint) for complaint in complaints]
            waiting = {}
            for caller in callers:
                waiting.setdefault(caller.record.priority, []).append(caller.name)
            text = "; ".join("%d: %s" % (priority, " ".join(names)) for priority, names in waiting.items())
            receivers = " ".join(machine.task_name(receiver) for receiver in endpoint.receivers(cpu))
            rows.append([machine.endpoint_name(frame), "-" if cpu is None else str(cpu),
                         receivers or ("closed" if endpoint.record.closed else "-"), str(len(machine.holdings[frame])),
                         "0x%x" % queue.bits, text or "-"])
    columns(rows)
    for sentence in wrong:
        print("DISAGREE: " + sentence)


def show_calls(machine):
    rows = []
    for task in machine.tasks.values():
        if task.state == declared.STATE_AWAITING or task.state == declared.STATE_DYING and task.record.service.pending:
            rows.append([task.name, "-> " + machine.task_name(task.record.callee), operation_text(machine, task),
                         details(machine, task)])
    if rows:
        print("calls that await a reply")
        columns(rows, indent="  ")
    else:
        print("No call awaits a reply.")


def show_workers(machine):
    for worker in machine.workers():
        intent = Intent(machine, worker)
        parts = [request_text(machine, worker) if worker.record.caller else "%s serves nobody" % worker.name]
        if intent.opens_account:
            parts.append("intent: an account that it opens")
        if intent.frame is not None:
            parts.append("intent: frame 0x%x" % (intent.frame * PAGE))
        if intent.run:
            parts.append("intents: %s, %s" % (plural(len(intent.run), "frame"), " ".join(
                "0x%x" % (frame * PAGE) for frame in intent.run[:4])) + (" ..." if len(intent.run) > 4 else ""))
        print("worker %d: %s" % (worker.record.cpu_number, "; ".join(parts)))


def show(machine):
    show_endpoints(machine)
    show_calls(machine)
    show_workers(machine)

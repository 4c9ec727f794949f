"""What a pager and a service's monitoring would show of the shop: figures before and now, and no cause."""
import contextlib
import datetime
import re
import statistics
import threading
import time

import pairs

from . import launch, paint, service

PATIENCE = 90  # seconds after the fault until its symptom must show
SETTLED = 8  # seconds after the fault, before which a figure may rise for other reasons
PLAIN = {"tasks": "tasks alive", "heap": "heap in use", "fds": "open descriptors"}
COMMON = 7  # figures that are always shown, before the shop's own


class Monitoring:
    """The figures that every service's monitoring has: the shop's /metrics, its clients, and a request of its own."""

    def __init__(self, shop, clients, endpoint, front):
        self.endpoint, self.front = endpoint, front
        self.began, self.answers, self.limit = time.monotonic(), [], None
        self.before = None
        threading.Thread(target=self.listen, args=([shop, clients],), daemon=True).start()

    def listen(self, programs):
        """What both programs print must be read, or they would wait for a reader one day."""
        with contextlib.suppress(OSError, ValueError):  # so ends an output that is closed
            for _, line in launch.lines(programs):
                if line.startswith("limit: "):
                    self.limit = line
                if counted := re.search(r"Requests: (\d+), refused: (\d+), visits failed: (\d+)", line):
                    self.answers.append((time.monotonic(), *map(int, counted.groups())))

    def passed(self):
        return time.monotonic() - self.began

    def latency(self):
        """Milliseconds of a product's page, the median of five; None when the shop takes no more clients."""
        took = []
        for number in range(5):
            begin = time.monotonic()
            try:
                self.front.answer(f"/products/{number}")
            except service.Unusable:
                return None
            took.append(1000 * (time.monotonic() - begin))
        return statistics.median(took)

    def figures(self):
        """Name -> (value, as it is shown)."""
        metrics = {name: float(value) for name, value
                   in re.findall(r"(?m)^(\w+(?:\{[^}]*\})?) ([\d.e+]+)$", self.endpoint.ask("/metrics") or "")}
        memory, heap = metrics.get("process_resident_memory_bytes", 0), metrics.get("leaklab_heap_in_use_bytes", 0)
        tasks = sum(value for name, value in metrics.items() if name.startswith("leaklab_tasks{"))
        shown = {
            "resident memory": (memory, f"{memory / 2**20:.1f} MiB"),
            "heap in use": (heap, f"{heap / 2**20:.1f} MiB"),
            "open descriptors": (metrics.get("process_open_fds", 0), f"{metrics.get('process_open_fds', 0):.0f}"),
            "tasks alive": (tasks, f"{tasks:.0f}"),
        }
        if len(self.answers) > 1:
            recent = self.answers[-6:]
            span, requests, refused = (recent[-1][column] - recent[0][column] for column in range(3))
            shown["requests a second"] = (requests / span, f"{requests / span:.0f}")
            shown["refused"] = (refused, f"{100 * refused / max(1, requests):.1f} %")
        latency = self.latency()
        shown["time of a page"] = (latency or 0, "no answer" if latency is None else f"{latency:.1f} ms")
        for name, value in metrics.items():
            if gauge := re.fullmatch(r'leaklab_gauge\{name="(.*)"\}', name):
                shown[gauge[1]] = (value, f"{value:,.0f}")
        return shown


def page(case, monitoring, out):
    """What a pager would show: the figure that rises, and the others' company."""
    headline, now = case.gauge or PLAIN[case.kind], monitoring.figures()
    before, seconds = monitoring.before, monitoring.passed()
    print(f"\n{paint.paint('ALERT', 'red', out)}  shop, {datetime.datetime.now():%H:%M}: {headline} "
          f"{before[headline][1]} -> {now[headline][1]} in the last {seconds:.0f} s\n", file=out)
    names = [name for position, name in enumerate(now) if name in before and (position < COMMON or name == headline)]
    widest = max(map(len, names))
    print(f"{'':{widest}}  {'at first':>10}  {'now':>10}", file=out)
    for name in names:
        print(f"{name:{widest}}  {before[name][1]:>10}  {now[name][1]:>10}", file=out)
    if monitoring.limit:
        print("\nThe shop has reached its limit: it takes no more clients. What it holds is still there.", file=out)


def wait_for_symptom(case, monitoring):
    """The report that has it. A baseline is taken before the fault comes."""
    with paint.Bar("the shop runs") as bar:
        while len(monitoring.answers) < 3 and monitoring.passed() < case.begins_after:
            time.sleep(0.1)
        monitoring.before = monitoring.figures()
        until = case.begins_after + PATIENCE
        while monitoring.passed() < until:
            bar.show(min(monitoring.passed(), 45), 45, "until the pager goes off")
            time.sleep(1)
            if monitoring.passed() < case.begins_after + SETTLED:
                continue
            if case.finding(report := monitoring.endpoint.report()):
                return report
    pairs.die(3, f"no symptom of seed {case.seed} in {until:.0f} s: is the machine short of processor time?")

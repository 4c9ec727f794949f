"""Runs the benchmarks that scripts/bench has built and holds each figure against its goal.

Usage: measure.py BIN JSON REGEX: the folder of the programs, the file to write, the measures to take.

"task_bench serve N" and "go_bench N" hold N blocked tasks and speak line by line. They begin with one line of JSON: the port
of their pprof endpoint, the tasks they hold, bytes_per_task. To "begin" on stdin they reset their figures and answer {}; to
"end" they answer with stall_ms, the longest gap in a pulse of one millisecond, and extra_bytes, the peak of RSS over what it
was at "begin". They end when stdin does.
"""
import json
import math
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

REPETITIONS = 7
CACHE_REPETITIONS = 41  # most of its time are page faults, which take longer at some times than at others
TASKS = 1_000_000
PAGE_TASKS = 10_000
REQUESTS = "wrk", "-t1", "-c16"
REQUEST_SECONDS = 2
IDLE_SECONDS = 4

# name: what is held against the goal, the goal. Figures are medians of the runs, peaks of memory their maximum; so are the
# ratios of the pairs that ran in turn or together.
GOALS = {
    "spawn_and_block_ns": ("ratio<=", 1.15),
    "resume_ns": ("ratio<=", 1.10),
    "channel_ns": ("ratio<=", 1.10),
    "bytes_per_blocked_task": ("ratio<=", 0.5),
    "task_profile_seconds": ("ratio<=", 0.10),
    "task_profile_seconds_at_most": ("ours<=", 0.3),
    "task_profile_stall_ms": ("ours<=", 10),
    "task_profile_extra_mib": ("ours<=", 64),
    "task_profile_total": ("exact", 1),
    "http_request_cpu_ns": ("ratio<=", 1.05),
    "open_and_close_ns": ("extra<=", 300),
    "idle_cpu_percent": ("extra<=", 0.5),
    "watch_of_a_day_mib": ("ours<=", 2),
    "live_page_ms": ("ours<=", 10),
    "live_page_kib": ("ours<=", 60),
    "malloc_free_64_ns": ("ratio<=", 1.15),
    "cache_inserts_at_64_kib": ("ratio>=", 0.95),
    "cache_inserts_at_512_kib": ("ratio>=", 0.98),
    "heap_total_off_by_percent": ("ours<=", 5),
    "heap_first_scrape_ms": ("ours<=", 150),
    "heap_scrape_leaves_mib": ("ours<=", 4),
    "heap_later_scrape_ms": ("ours<=", 50),
    "heap_profile_bytes": ("ours<=", 64 * 1024),
    "mark_of_1_gib_ms": ("ours<=", 500),
    "mark_of_1_gib_pause_ms": ("ours<=", 50),
    "mark_of_1_gib_child_mib": ("ours<=", 32),
    "holders_in_1_gib_ms": ("ours<=", 1000),
}


def against_plain(program, measure):
    """Pairs of fresh processes, taking turns at being first."""
    runs = {"tracked": [], "plain": []}
    for repetition in range(REPETITIONS):
        for variant in sorted(runs, reverse=repetition % 2):
            figure = subprocess.run([program, measure, variant, str(TASKS)], check=True, capture_output=True, text=True)
            runs[variant].append(float(figure.stdout))
    return runs["tracked"], runs["plain"]


def cpu_seconds(pid):
    """Of all threads of a process; the number is what clock_getcpuclockid(3) makes of it."""
    return time.clock_gettime((~pid << 3) | 2)


def load(port, seconds):
    """The requests that wrk has had answered."""
    report = subprocess.run([*REQUESTS, f"-d{seconds}s", f"http://127.0.0.1:{port}/page/500"], check=True,
                            capture_output=True, text=True).stdout
    if "Non-2xx" in report or "Socket errors" in report:
        sys.exit(f"bench: wrk met errors:\n{report}")
    return int(re.search(r"(\d+) requests in", report).group(1))


def cpu_of_a_request(program):
    """Of a small service under load, in ns; one that has an endpoint is scraped each second meanwhile."""
    service = Server(program)
    ended = threading.Event()
    answers = []

    def scrape():
        while service.facts["endpoint"]:
            for path in "/metrics", "/debug/leaks":
                with urllib.request.urlopen(f"http://127.0.0.1:{service.facts['endpoint']}{path}") as answer:
                    answers.append(answer.read())
            if ended.wait(1):
                return

    scraper = threading.Thread(target=scrape)
    try:
        load(service.facts["port"], 1)
        begin = cpu_seconds(service.process.pid)
        scraper.start()
        requests = load(service.facts["port"], REQUEST_SECONDS)
        used = cpu_seconds(service.process.pid) - begin
        if service.facts["endpoint"] and len(answers) < 2 * REQUEST_SECONDS:
            sys.exit(f"bench: {program} has answered {len(answers)} scrapes in {REQUEST_SECONDS} s")
        return used / requests * 1e9
    finally:
        ended.set()
        if scraper.ident:
            scraper.join()
        service.end()


def http_requests(bin_folder):
    """Pairs of fresh processes, taking turns at being first."""
    runs = {"tracked": [], "plain": []}
    for repetition in range(REPETITIONS):
        for variant in sorted(runs, reverse=repetition % 2):
            runs[variant].append(cpu_of_a_request(bin_folder / f"http_service_{variant}"))
    return runs["tracked"], runs["plain"]


def idle(bin_folder):
    """Per cent of a processor that a service takes which nobody asks, with an endpoint, and so with its watch, and without."""
    runs = {"tracked": [], "plain": []}
    for _ in range(REPETITIONS):
        services = {variant: Server(bin_folder / f"http_service_{variant}") for variant in runs}
        time.sleep(1)  # what starts is not idle
        begin = {variant: cpu_seconds(service.process.pid) for variant, service in services.items()}
        time.sleep(IDLE_SECONDS)
        for variant, service in services.items():
            runs[variant].append((cpu_seconds(service.process.pid) - begin[variant]) / IDLE_SECONDS * 100)
            service.end()
    return runs["tracked"], runs["plain"]


def start_cache(program, period):
    """unbounded-cache-leaky, offered more than it can take; 0 is not sampled."""
    process = subprocess.Popen(
        [program, "--port", "0", "--once", "--json", "--duration", "1500ms", "--rate", "1000000", "--max-rss", "4GiB"],
        stdout=subprocess.PIPE, text=True, env={**os.environ, "TCMALLOC_SAMPLE_PARAMETER": str(period)})
    url = json.loads(process.stdout.readline())["url"]
    if period == 0:  # the program has switched sampling on
        urllib.request.urlopen(f"{url}/debug/config/heap_sampling?period=0", data=b"").close()
    return process


def opens(bin_folder):
    """With leaklab::descriptors and without: 100,000 a run, in turn."""
    runs = {"noted": [], "plain": []}
    for repetition in range(REPETITIONS):
        for variant in sorted(runs, reverse=repetition % 2):
            figure = subprocess.run([bin_folder / f"descriptor_bench_{variant}"], check=True, capture_output=True)
            runs[variant].append(float(figure.stdout))
    return runs["noted"], runs["plain"]


def inserts_per_second(process):
    lines = [json.loads(line) for line in process.communicate()[0].splitlines()]
    if any(line["event"] == "limit" for line in lines):
        sys.exit("bench: unbounded-cache-leaky has stopped at its --max-rss, so it tells no rate")
    return lines[-1]["completed"] / lines[-1]["seconds"]


def cache_inserts(program, period):
    """Sampled and not: one of each together, so that what the machine does falls on both."""
    runs = {period: [], 0: []}
    for repetition in range(CACHE_REPETITIONS):
        pair = {each: start_cache(program, each) for each in sorted(runs, reverse=repetition % 2)}
        for each, process in pair.items():
            runs[each].append(inserts_per_second(process))
    return runs[period], runs[0]


def printed_figures(*command):
    """What a program prints: a line a measure, its name, our figure and the peer's."""
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    return {name: ([float(ours)], [float(theirs)]) for name, ours, theirs in map(str.split, lines)}


def heap_figures(bin_folder):
    """What heap_bench prints, beside Go's profile of such objects."""
    peer = subprocess.run([bin_folder / "go_heap_bench"], check=True, capture_output=True, text=True).stdout.split()
    program = bin_folder / "heap_bench"
    return printed_figures(program, "allocate", *peer) | printed_figures(program, "scrape", *peer)


class Server:
    def __init__(self, *command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        self.facts = self.answer()

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"bench: {self.process.args[0]} ended with status {self.process.wait()}")
        return json.loads(line)

    def ask(self, command):
        self.process.stdin.write(command + "\n")
        return self.answer()

    def scrape(self, path):
        """The profile with what it took."""
        self.ask("begin")
        begin = time.perf_counter()
        with urllib.request.urlopen(f"http://127.0.0.1:{self.facts['port']}{path}") as answer:
            profile = answer.read()
        seconds = time.perf_counter() - begin
        return profile, {"seconds": seconds, **self.ask("end")}

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def live_page(bin_folder):
    """The page of a program with tasks and a heap profile, beside what its JSON takes; once both have been asked for, as
    the first of them reads debug data."""
    server = Server("env", "TCMALLOC_SAMPLE_PARAMETER=65536", bin_folder / "task_bench", "serve", str(PAGE_TASKS))
    try:
        pages, figures = ([server.scrape(path) for _ in range(REPETITIONS + 1)][1:] for path in ("/", "/debug/vars"))
        took = [[answer["seconds"] * 1000 for _, answer in side] for side in (pages, figures)]
        size = [[len(body) / 1024 for body, _ in side] for side in (pages, figures)]
        return {"live_page_ms": tuple(took), "live_page_kib": tuple(size)}
    finally:
        server.end()


def total(profile):
    """What go tool pprof makes of it."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(profile)
        file.flush()
        report = subprocess.run(["go", "tool", "pprof", "-top", file.name], check=True, capture_output=True, text=True)
    return int(re.search(r"of (\d+) total", report.stdout).group(1))


def against_go(bin_folder):
    """Both hold their tasks throughout and are scraped in turn."""
    servers = Server(bin_folder / "task_bench", "serve", str(TASKS)), Server(bin_folder / "go_bench", str(TASKS))
    try:
        paths = "/debug/pprof/task", "/debug/pprof/goroutine"
        scrapes = [[server.scrape(path) for server, path in zip(servers, paths)] for _ in range(REPETITIONS)]
        ours, peer = ([figures for _, figures in side] for side in zip(*scrapes))

        def both(key, scale=1):
            return [f[key] * scale for f in ours], [f[key] * scale for f in peer]

        return {
            "bytes_per_blocked_task": tuple([server.facts["bytes_per_task"]] for server in servers),
            "task_profile_seconds": both("seconds"),
            "task_profile_seconds_at_most": both("seconds"),
            "task_profile_stall_ms": both("stall_ms"),
            "task_profile_extra_mib": both("extra_bytes", 1 / 2**20),
            "task_profile_total": ([total(scrapes[-1][0][0])], [servers[0].facts["tasks"]]),
        }
    finally:
        for server in servers:
            server.end()


def main(bin_folder, json_file, wanted):
    bin_folder = pathlib.Path(bin_folder)
    names = [name for name in GOALS if re.search(wanted, name)]
    if not names:
        print(f"bench: no measure matches {wanted}; there are {', '.join(GOALS)}", file=sys.stderr)
        return 2
    runs = {}
    for measure, name in ("spawn", "spawn_and_block_ns"), ("resume", "resume_ns"), ("channel", "channel_ns"):
        if name in names:
            runs[name] = against_plain(bin_folder / "task_bench", measure)
    if "http_request_cpu_ns" in names:
        runs["http_request_cpu_ns"] = http_requests(bin_folder)
    if "open_and_close_ns" in names:
        runs["open_and_close_ns"] = opens(bin_folder)
    if "idle_cpu_percent" in names:
        runs["idle_cpu_percent"] = idle(bin_folder)
    if "watch_of_a_day_mib" in names:
        grown = float(subprocess.run([bin_folder / "watch_bench"], check=True, capture_output=True).stdout)
        runs["watch_of_a_day_mib"] = [grown], [grown]
    for kib in 64, 512:
        if (name := f"cache_inserts_at_{kib}_kib") in names:
            runs[name] = cache_inserts(bin_folder / "unbounded-cache-leaky", kib * 1024)
    if any(name.startswith("live_page") for name in names):
        runs |= live_page(bin_folder)
    if any("blocked_task" in name or "task_profile" in name for name in names):
        runs |= against_go(bin_folder)
    if any("1_gib" in name for name in names):
        runs |= printed_figures(bin_folder / "graph_bench")
    if any(name not in runs for name in names):
        runs |= heap_figures(bin_folder)

    results = []
    print(f"{'name':<30} {'ours':>10} {'peer':>10} {'ratio':>7} {'goal':>12}")
    for name in names:
        figure = max if name == "task_profile_extra_mib" else statistics.median
        ours, peer = (figure(side) for side in runs[name])
        kind, goal = GOALS[name]
        ratio = figure(o / p if p else float("inf") for o, p in zip(*runs[name]))
        met = {"ratio<=": ratio <= goal, "ratio>=": ratio >= goal, "ours<=": ours <= goal, "extra<=": ours - peer <= goal,
               "exact": ours == peer}[kind]
        word = f"{kind}{goal:g}" if kind != "exact" else kind
        print(f"{name:<30} {ours:>10.7g} {peer:>10.7g} {ratio:>7.3f} {word:>12} {'ok' if met else 'short'}")
        results.append({"name": name, "ours": ours, "peer": peer, "ratio": ratio if math.isfinite(ratio) else None, "goal": word, "ok": met,
                        "ours_runs": runs[name][0], "peer_runs": runs[name][1]})
    pathlib.Path(json_file).write_text(json.dumps({"tasks": TASKS, "results": results}, indent=2) + "\n")
    return 0 if all(result["ok"] for result in results) else 1


sys.exit(main(*sys.argv[1:]))

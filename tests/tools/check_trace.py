#!/usr/bin/env python3
"""check_trace.py FILE: the file keeps the rules of the Trace Event Format.

https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU ("Trace Event Format", N. Duca and D. Sinclair):
"JSON Object Format", "Metadata Events", "Complete Events", "Flow Events". Prints how many events of each kind there are.
"""
import collections
import json
import sys


def check(trace):
    problems = []

    def must(condition, what):
        if not condition:
            problems.append(what)

    must(isinstance(trace.get("traceEvents"), list), "no array traceEvents")
    must(trace.get("displayTimeUnit") in ("ms", "ns"), "displayTimeUnit is neither ms nor ns")
    must(isinstance(trace.get("otherData"), dict), "otherData is no object")
    end = trace["otherData"]["duration_seconds"] * 1e6
    tracks = collections.defaultdict(list)
    threads = set()
    flows = collections.defaultdict(list)
    for event in trace["traceEvents"]:
        phase = event.get("ph")
        must(phase in ("M", "X", "s", "f"), f"an event that should not be there: {event}")
        must(isinstance(event.get("pid"), int), f"pid: {event}")
        # What Perfetto keeps of a tid is 32 bits.
        must(isinstance(event.get("tid"), int) and 0 <= event["tid"] < 2**31, f"tid: {event}")
        must(isinstance(event.get("name"), str) and event["name"] != "", f"name: {event}")
        if phase == "M":
            must(event["name"] in ("process_name", "thread_name"), f"metadata of an unknown kind: {event}")
            must(isinstance(event.get("args", {}).get("name"), str), f"metadata without a name: {event}")
            if event["name"] == "thread_name":
                must(event["tid"] not in threads, f"two threads of one tid: {event}")
                threads.add(event["tid"])
            continue
        must(isinstance(event.get("ts"), (int, float)) and 0 <= event["ts"] <= end, f"ts: {event}")
        must(event.get("cat"), f"cat: {event}")
        must(event["tid"] in threads, f"a thread without a name: {event}")
        if phase == "X":
            must(isinstance(event.get("dur"), (int, float)) and event["dur"] >= 0, f"dur: {event}")
            must(event["ts"] + event["dur"] <= end, f"ends after the trace: {event}")
            tracks[event["tid"]].append(event)
        else:
            must("id" in event, f"id: {event}")
            must(phase == "s" or event.get("bp") == "e", f"an arrow's end that is not bound to its slice: {event}")
            flows[(event.get("cat"), event["name"], event.get("id"))].append(event)

    for tid, slices in tracks.items():
        must(all(a["ts"] <= b["ts"] for a, b in zip(slices, slices[1:])), f"thread {tid}: not in the order of time")
        # "Complete events … nest": what begins inside another ends inside it.
        open_until = []
        for event in slices:
            begin, until = event["ts"], event["ts"] + event["dur"]
            while open_until and open_until[-1] <= begin and until > open_until[-1]:
                open_until.pop()
            must(not open_until or until <= open_until[-1], f"thread {tid}: overlaps another: {event}")
            open_until.append(until)
    for key, ends in flows.items():
        must([e["ph"] for e in ends] == ["s", "f"], f"arrow {key} has not one start and one end after it")
        must(ends[0]["ts"] <= ends[-1]["ts"], f"arrow {key} points back in time")
        for event in ends:
            must(any(s["ts"] <= event["ts"] <= s["ts"] + s["dur"] for s in tracks[event["tid"]]),
                 f"an arrow that is tied to no slice: {event}")
    return problems


def main():
    with open(sys.argv[1]) as file:
        trace = json.load(file)
    problems = check(trace)
    for problem in problems[:20]:
        print(problem)
    counts = collections.Counter(
        (e["ph"], e.get("cat", "-"), e["name"] if e.get("cat") in ("wait", "task") else "-") for e in trace["traceEvents"])
    for kind, count in sorted(counts.items()):
        print(*kind, count, sep="\t")
    sys.exit(bool(problems))


if __name__ == "__main__":
    main()

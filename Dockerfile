# The lab in a container; tools-setup/docker.md says how it is built, run and looked into.
# Two stages: "tools" has the compiler and what looks at leaks, and is what .devcontainer/ starts; "lab" has the programs as well.
ARG DEBIAN=trixie

FROM debian:${DEBIAN} AS tools
WORKDIR /lab
COPY scripts/common.sh scripts/
# What the build needs is listed there, for scripts/quickstart and for this; the names below are the tools of tools-setup/.
RUN bash -c 'source scripts/common.sh \
  && install_boost \
  && install_packages $(build_packages) ca-certificates curl file gdb git golang-go google-perftools graphviz heaptrack iproute2 jq \
    linux-perf procps strace valgrind' \
  && rm -rf /var/lib/apt/lists/*

FROM tools AS lab
COPY . .
# Names of programs, with spaces between them, or all: docker build --build-arg TARGETS="blocked-send-leaky blocked-send-fixed" .
ARG TARGETS=all
RUN cmake --preset release -DLEAKLAB_TESTS=OFF && cmake --build build --target ${TARGETS}
# The programs need no rights; who looks at them from outside has those of the service "tools" in compose.yaml.
RUN useradd --create-home learner
USER learner
CMD ["build/bin/blocked-send-leaky"]

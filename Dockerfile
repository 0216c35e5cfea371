# A configuration as an image: the program and the DPDK libraries that it needs, and nothing else.
#
#   docker build -t router --build-arg CONFIG=examples/router.click .
#
# What the stages do are scripts, which the tests run in a bare Debian.
ARG DEBIAN=bookworm

FROM debian:${DEBIAN}-slim AS build
# The configuration, words for `pmill compile`, the oldest processor of the fleet, and the drivers.
ARG CONFIG=examples/router.click
ARG WORDS=""
ARG MARCH=x86-64-v3
ARG DRIVERS=""
COPY . /src
WORKDIR /src
RUN DRIVERS="${DRIVERS}" deploy/container/build-stage /src "${CONFIG}" --march "${MARCH}" ${WORDS}

FROM debian:${DEBIAN}-slim AS run
COPY --from=build /out /opt/pmill
COPY deploy/container/run-stage deploy/container/start /opt/pmill/
RUN /opt/pmill/run-stage /opt/pmill
STOPSIGNAL SIGTERM
ENTRYPOINT ["/opt/pmill/start"]

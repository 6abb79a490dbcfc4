# The image holds the command and the shared libraries that it names, and no settings:
#   docker run --volume ./routes.json:/etc/segue/routes.json:ro --publish 8080:8080 segue
FROM swift:6.3-bookworm AS build
RUN apt-get update \
 && apt-get install --yes --no-install-recommends pkg-config libssl-dev libpq-dev libcurl4-openssl-dev libsqlite3-dev \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /segue
COPY Package.swift ./
COPY Sources ./Sources
# The manifest names the test targets, so their folders must be there; nothing in them is built.
COPY Tests ./Tests
RUN swift build --configuration release --product segue --static-swift-stdlib \
 && strip .build/release/segue

FROM debian:12-slim
LABEL org.opencontainers.image.title="segue" \
      org.opencontainers.image.description="A gradual-migration gateway from old credentials to Clerk" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN apt-get update \
 && apt-get upgrade --yes \
 && apt-get install --yes --no-install-recommends ca-certificates libcurl4 libpq5 libsqlite3-0 libssl3 libstdc++6 \
 && rm -rf /var/lib/apt/lists/* \
 && install --directory --owner=65532 --group=65532 --mode=0700 /var/lib/segue
COPY --from=build /segue/.build/release/segue /usr/local/bin/segue
COPY LICENSE /usr/share/doc/segue/LICENSE
# Where `segue` looks for routes.json, and where it keeps Clerk's last good keys.
WORKDIR /etc/segue
ENV STATE_DIRECTORY=/var/lib/segue
USER 65532:65532
# In a container the port is published: loopback would reach nobody.
ENV SEGUE_LISTEN=0.0.0.0:8080
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s CMD ["segue", "healthcheck"]
ENTRYPOINT ["segue"]
CMD ["serve"]

# Two stages: everything that building needs, and the program alone. The build fetches crates and npm packages, pinned by
# their lock files; the program fetches nothing.
FROM rust:1-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends nodejs npm && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN cargo build --profile dist --locked --package entente && strip --strip-unneeded target/dist/entente

FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates curl && rm -rf /var/lib/apt/lists/* \
  && groupadd --system --gid 10001 entente \
  && useradd --system --uid 10001 --gid entente --home-dir /var/lib/entente --shell /usr/sbin/nologin entente \
  && install -d -m 0700 -o entente -g entente /var/lib/entente
COPY --from=build /src/target/dist/entente /usr/bin/entente
COPY --from=build /src/brands/recipients.toml /usr/share/doc/entente/recipients.toml
USER 10001:10001
WORKDIR /var/lib/entente
VOLUME /var/lib/entente
ENV ENTENTE_LOG=warn ENTENTE_LOG_FORMAT=json
EXPOSE 8480
STOPSIGNAL SIGTERM
# The process answers; whether it is ready is for a balancer to ask.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s \
  CMD ["curl", "--fail", "--silent", "--output", "/dev/null", "http://127.0.0.1:8480/healthz"]
ENTRYPOINT ["/usr/bin/entente"]
CMD ["serve"]

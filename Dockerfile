# syntax=docker/dockerfile:1
# Two stages: the first builds the environment from uv.lock, the second carries it and nothing else.

FROM python:3.12-slim AS builder
ENV UV_COMPILE_BYTECODE=1 \
    UV_LINK_MODE=copy \
    UV_PROJECT_ENVIRONMENT=/opt/rinnalla \
    UV_PYTHON_DOWNLOADS=never
WORKDIR /src
RUN pip install --no-cache-dir uv==0.13.9

# The dependencies change seldom: a layer of their own, which a change in the code does not rebuild.
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen --no-dev --no-install-project --no-cache

COPY README.md LICENSE ./
COPY locales locales
COPY catalog catalog
COPY dialogs dialogs
COPY bot bot
RUN /opt/rinnalla/bin/pybabel compile --domain rinnalla --directory locales \
    && uv sync --frozen --no-dev --no-editable --no-cache

FROM python:3.12-slim
RUN groupadd --system --gid 10001 rinnalla \
    && useradd --system --uid 10001 --gid rinnalla --no-create-home --home-dir /data rinnalla \
    && install --directory --owner rinnalla --group rinnalla --mode 0700 /data
COPY --from=builder /opt/rinnalla /opt/rinnalla

# The root file system may be read-only: what is written goes to /data (the SQLite database) or /tmp.
ENV PATH=/opt/rinnalla/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    RINNALLA_DATABASE_URL=sqlite+aiosqlite:////data/rinnalla.db \
    RINNALLA_LISTEN=0.0.0.0:8080
WORKDIR /data
USER 10001:10001
VOLUME /data
EXPOSE 8080

# Asks the running service itself, at the address of RINNALLA_LISTEN, whether it is well.
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 \
    CMD ["rinnalla", "doctor", "--health"]
ENTRYPOINT ["rinnalla"]
CMD ["run"]

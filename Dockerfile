FROM python:3.11-slim AS build
WORKDIR /src
COPY requirements/run.lock requirements/run.lock
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes -r requirements/run.lock
COPY pyproject.toml README.md LICENSE CHANGELOG.md ./
COPY bot bot
COPY core core
COPY handlers handlers
COPY data data
COPY config config
RUN /venv/bin/pip install --no-cache-dir --no-build-isolation --no-deps .

FROM python:3.11-slim
RUN useradd --create-home --uid 10001 trenchcoat && install -d -o trenchcoat -g trenchcoat -m 700 /state
COPY --from=build /venv /venv
USER trenchcoat
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    TRENCHCOAT_STATE_DIR=/state \
    TRENCHCOAT_HTTP__HOST=0.0.0.0 \
    TRENCHCOAT_HTTP__PORT=8080
VOLUME /state
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8080/ready', timeout=4)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["trenchcoat"]

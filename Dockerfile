# The image of the action. BuildKit builds the stages it needs and no other: with PROGRAM=prebuilt nothing is compiled.

# renovate: datasource=docker depName=debian versioning=debian
ARG DEBIAN=debian:trixie-slim
# renovate: datasource=docker depName=rust
ARG RUST=rust:1.95-slim-trixie
# renovate: datasource=docker depName=hashicorp/terraform
ARG TERRAFORM_VERSION=1.12.2
# compiled here, or prebuilt: target/image/lostops
ARG PROGRAM=compiled

FROM hashicorp/terraform:${TERRAFORM_VERSION} AS terraform

FROM ${RUST} AS compiled
WORKDIR /lostops
COPY Cargo.toml Cargo.lock ./
COPY ansible ansible
COPY benches benches
COPY describers describers
COPY image/requirements.txt image/requirements.txt
COPY terraform terraform
COPY src src
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/lostops/target \
    cargo build --locked --release && cp target/release/lostops /usr/local/bin/lostops

FROM scratch AS prebuilt
COPY target/image/lostops /usr/local/bin/lostops

FROM ${PROGRAM} AS program

# ansible-core in a folder of its own, every file of it by its digest.
FROM ${DEBIAN} AS ansible
RUN apt-get update -qq \
    && apt-get install -y -qq --no-install-recommends ca-certificates python3 python3-pip python3-venv unzip
COPY image/requirements.txt /tmp/requirements.txt
ARG PIP_INDEX_URL
ARG PIP_EXTRA_INDEX_URL
ARG PIP_TRUSTED_HOST
RUN --mount=type=secret,id=ca,target=/run/ca.pem \
    if [ -f /run/ca.pem ]; then export PIP_CERT=/run/ca.pem; fi \
    && python3 -m venv --without-pip /opt/ansible \
    && python3 -m pip --python /opt/ansible/bin/python --no-cache-dir --disable-pip-version-check --quiet \
        install --require-hashes --only-binary :all: --no-compile --requirement /tmp/requirements.txt \
    # What only the authors of Ansible and of its plug-ins use.
    && rm -rf /opt/ansible/lib/python3*/site-packages/ansible_test /opt/ansible/bin/ansible-test /opt/ansible/bin/[Aa]ctivate* \
    # Every container is a new one, and Ansible would compile itself in each: 0.6 s. Its modules run on other machines.
    && python3 -m compileall -q --invalidation-mode unchecked-hash -x site-packages/ansible/modules /opt/ansible/lib

# The providers of the module, where the build can reach the registry: none, auto (say so and go on) or required.
FROM ansible AS providers
COPY --from=terraform /bin/terraform /usr/local/bin/terraform
COPY terraform/terraform.tf /module/terraform.tf
COPY image/providers /usr/local/bin/providers
ARG PROVIDERS=auto
RUN --mount=type=secret,id=ca,target=/run/ca.pem \
    if [ -f /run/ca.pem ]; then export SSL_CERT_FILE=/run/ca.pem; fi \
    && cd /module && CHECKPOINT_DISABLE=1 providers /plugins "$PROVIDERS"

FROM ${DEBIAN}
# No program here needs another's rights: GitHub starts the container as root.
RUN apt-get update -qq \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends ca-certificates openssh-client python3 \
    && find / -xdev -type f -perm /6000 -exec chmod a-s {} + \
    && find /usr/share/doc -type f ! -name copyright -delete \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/cache/debconf/* /var/log/* /usr/share/man/* /usr/share/locale/*
COPY --from=ansible /opt/ansible /opt/ansible
COPY --from=terraform /bin/terraform /usr/local/bin/terraform
# Where Terraform looks for providers by itself before it asks the registry.
COPY --from=providers /plugins /usr/local/share/terraform/plugins
COPY --from=program /usr/local/bin/lostops /usr/local/bin/lostops
# Ansible refuses a locale that is not UTF-8.
ENV PATH=/usr/local/bin:/opt/ansible/bin:/usr/bin:/bin LANG=C.UTF-8 CHECKPOINT_DISABLE=1

ARG VERSION=0.0.0-test
ARG REVISION=unknown
LABEL org.opencontainers.image.title="lostops" \
    org.opencontainers.image.description="The servers in the repository are the servers that run, and the ports in the repository are the ports that are open." \
    org.opencontainers.image.source="https://github.com/lostops/action" \
    org.opencontainers.image.documentation="https://github.com/lostops/action#readme" \
    org.opencontainers.image.licenses="Apache-2.0 AND BUSL-1.1 AND GPL-3.0-or-later" \
    org.opencontainers.image.version="${VERSION}" \
    org.opencontainers.image.revision="${REVISION}"

# By its absolute path, without a shell, a user or a folder: GitHub chooses the folder, and lostops is process 1.
ENTRYPOINT ["/usr/local/bin/lostops"]

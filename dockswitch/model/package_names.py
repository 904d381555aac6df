"""What the packages of an engine are called, Docker's own and those of distributions."""

ENGINE, CLIENT, CONTAINERD = "docker-ce", "docker-ce-cli", "containerd.io"
ROOTLESS = "docker-ce-rootless-extras"
PLUGINS = (
    "docker-buildx-plugin",
    "docker-compose-plugin",
    "docker-model-plugin",
    "docker-scan-plugin",
)
# of one release, all with the version of its engine
RELEASE = (ENGINE, CLIENT, ROOTLESS)
DOCKERS = (*RELEASE, CONTAINERD, *PLUGINS)

# Debian's and Ubuntu's own engine with what it runs on; neither can be beside Docker's
DISTRIBUTIONS_ENGINE = "docker.io"
DISTRIBUTIONS = (
    *(DISTRIBUTIONS_ENGINE, "docker-cli", "docker-buildx", "docker-compose-v2"),
    *("containerd", "runc", "tini"),
)
# what an engine does without: its daemon runs and is asked all the same
BESIDES = (CLIENT, ROOTLESS, *PLUGINS, "docker-cli", "docker-buildx", "docker-compose-v2")
# Docker's of the time before there were channels
OLDEST_ENGINE = "docker-engine"

# the packages that have a dockerd, by which an installed engine is known
ENGINES = (ENGINE, DISTRIBUTIONS_ENGINE, OLDEST_ENGINE)
ALL = (*DOCKERS, *DISTRIBUTIONS, OLDEST_ENGINE)

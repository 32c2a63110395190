# A thin face over the CMake presets. Each target is enough on its own on a fresh Debian 12 or Ubuntu 24.04.
#   make run      install what is missing, build, fetch the starter model, open the window with it
#   make server   the same for the headless OpenAI-compatible server (no Qt needed)
#   make test     install, build everything, run all tests        make lint   clang-tidy and qmllint
#   make bench    the figures of BENCHMARKS.md                    make build  build `release` alone
# ARGS="--port 9000" is handed to the program; PRESET=dev|asan|tsan chooses another build; WERROR=1 makes warnings errors.

PRESET ?= release
ARGS ?=
WERROR ?= 0
BUILD := build/$(PRESET)
BIN := $(BUILD)/bin
STARTER = $$(packaging/starter-model.sh --path)

.PHONY: run server test lint bench build format

run:
	@packaging/install-deps.sh build ui
	@packaging/build.sh $(PRESET) $(WERROR) hearth
	@packaging/starter-model.sh
	@if [ -z "$$DISPLAY$$WAYLAND_DISPLAY" ] && [ -z "$$QT_QPA_PLATFORM" ]; then \
	  echo "No display: the window needs an X11 or Wayland session. 'make server' runs the server without one."; exit 1; fi
	$(BIN)/hearth --model-path "$(STARTER)" $(ARGS)

server:
	@packaging/install-deps.sh build
	@packaging/build.sh $(PRESET) $(WERROR) hearth-cli
	@packaging/starter-model.sh
	$(BIN)/hearth-cli serve --model-path "$(STARTER)" $(ARGS)

build:
	@packaging/install-deps.sh build ui
	@packaging/build.sh $(PRESET) $(WERROR) hearth hearth-cli

test:
	@packaging/install-deps.sh build ui test
	@packaging/build.sh $(PRESET) $(WERROR) all
	@packaging/starter-model.sh
	@packaging/sdk-venv.sh
	ctest --preset $(PRESET) $(ARGS)

lint:
	@packaging/install-deps.sh build ui test
	@packaging/build.sh $(PRESET) $(WERROR) all
	@packaging/lint.sh $(BUILD)

bench:
	@packaging/install-deps.sh build
	@packaging/build.sh $(PRESET) $(WERROR) hearth-cli
	@packaging/starter-model.sh
	$(BIN)/hearth-cli bench "$(STARTER)" --prefill 512,2048 --decode 128 --context 0,2048 --sequences 1,4,16 $(ARGS)

format:
	git ls-files '*.h' '*.cpp' | xargs clang-format -i

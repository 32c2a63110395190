#include "kernels/cuda_module.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <system_error>

namespace kernels {

namespace {

constexpr const char* kFile = "libhearth_cuda.so";
constexpr const char* kEntry = "hearthCudaModule";

/// Beside the program, or in the library folder of an installation.
std::vector<std::filesystem::path> places() {
  std::vector<std::filesystem::path> out;
  if (const char* named = std::getenv("HEARTH_CUDA_MODULE"); named != nullptr && *named != '\0') return {named};
  std::error_code error;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) return out;
  out.push_back(program.parent_path() / kFile);
  out.push_back(program.parent_path().parent_path() / "lib" / "hearth" / kFile);
  // Tests stand beside the folder of the programs.
  out.push_back(program.parent_path().parent_path() / "bin" / kFile);
  return out;
}

struct Opened {
  CudaModule module;
  Status status;
};

Opened openModule() {
  Opened out;
  std::filesystem::path found;
  std::error_code error;
  for (const std::filesystem::path& place : places()) {
    if (found.empty() && std::filesystem::is_regular_file(place, error)) found = place;
  }
  if (found.empty()) {
    out.status = {StatusCode::Unsupported, fmt::format("The CUDA engine ({}) is not installed beside this program: "
                                                       "it is built where nvcc is found.",
                                                       kFile)};
    return out;
  }
  // Asked before the module is opened: with it come CUDA's libraries, 150 MB of memory that a machine without a GPU
  // keeps. The driver stays open: the module is about to want it.
  if (::dlopen("libcuda.so.1", RTLD_LAZY | RTLD_LOCAL) == nullptr) {
    out.status = {StatusCode::Unsupported, "There is no NVIDIA driver on this machine (libcuda.so.1 is missing)."};
    return out;
  }
  // Never closed: backends and CUDA's own threads live in it.
  void* library = ::dlopen(found.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    const char* why = ::dlerror();
    out.status = {StatusCode::Unsupported,
                  fmt::format("The CUDA engine could not be opened: {}", why != nullptr ? why : "unknown error")};
    return out;
  }
  const auto entry = reinterpret_cast<const CudaModule* (*)()>(::dlsym(library, kEntry));
  if (entry == nullptr || entry()->version != kCudaModuleVersion) {
    out.status = {StatusCode::Unsupported, fmt::format("{} belongs to another version of this program: install both "
                                                       "from one build.",
                                                       found.string())};
    return out;
  }
  out.module = *entry();
  return out;
}

const Opened& module() {
  static const Opened opened = openModule();
  return opened;
}

}  // namespace

Status listCudaDevices(std::vector<CudaDevice>* out) {
  out->clear();
  if (!module().status.ok()) return module().status;
  return module().module.listDevices(out);
}

Status createCudaBackend(const CudaOptions& options, std::unique_ptr<Backend>* out) {
  if (!module().status.ok()) return module().status;
  return module().module.createBackend(options, out);
}

}  // namespace kernels

// SPDX-License-Identifier: BSD-3-Clause
// A library for LD_PRELOAD that refuses one call of a process what it asks the system for.
//
//   ACC_FAULT_KIND    what is counted: allocation, write, open, fork, thread, mmap or dlopen
//   ACC_FAULT_AT      the call that fails, from 1; 0 counts and refuses nothing
//   ACC_FAULT_COUNT   a file that gets the number of calls when the process ends by itself
//
// Counted is what happens from the beginning of main to its end: nothing can be said of a failure
// outside of it. Allocations are those that the program's own code asks for: libraries of others
// meet what they make of a failure by themselves. Standard output and error are never refused a
// write: there the program tells what happened.
#include <dirent.h>
#include <dlfcn.h>
#include <execinfo.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>

namespace {

enum Kind { kNone, kAllocation, kWrite, kOpen, kFork, kThread, kMmap, kDlopen };

struct KindRow {
  const char* name;
  Kind kind;
};
constexpr KindRow kKinds[] = {
    {"allocation", kAllocation}, {"write", kWrite}, {"open", kOpen},     {"fork", kFork},
    {"thread", kThread},         {"mmap", kMmap},   {"dlopen", kDlopen},
};

// Plain data only: calls come before constructors run and after destructors have.
Kind kind = kNone;
unsigned long fails_at = 0;
std::atomic<unsigned long> calls{0};
pid_t owner = 0;
std::atomic<bool> is_in_main{false};

// Where the code of an object lies.
struct Text {
  std::uintptr_t begin = 0;
  std::uintptr_t end = 0;

  bool Holds(const void* address) const {
    const auto at = reinterpret_cast<std::uintptr_t>(address);
    return begin <= at && at < end;
  }
};
Text program;
Text standard_library;
Text injector;
// Of what is loaded when the program begins. Runtimes are opened later; what they do without a file
// or a mapping of theirs (ONNX Runtime crashes without /sys) is not this program's.
Text loaded[128];
int loaded_count = 0;

bool IsLoaded(const void* caller) {
  for (int i = 0; i < loaded_count; ++i) {
    if (loaded[i].Holds(caller)) return true;
  }
  return false;
}

int FindText(dl_phdr_info* info, std::size_t /*size*/, void* found) {
  Text text;
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr)& segment = info->dlpi_phdr[i];
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_X) == 0) continue;
    text = {info->dlpi_addr + segment.p_vaddr, info->dlpi_addr + segment.p_vaddr + segment.p_memsz};
  }
  if (loaded_count < 128) loaded[loaded_count++] = text;
  bool* is_first = static_cast<bool*>(found);
  if (*is_first) program = text;
  if (std::strstr(info->dlpi_name, "/libstdc++.so") != nullptr) standard_library = text;
  if (text.Holds(reinterpret_cast<const void*>(&FindText))) injector = text;
  *is_first = false;
  return 0;
}

__attribute__((constructor)) void Begin() {
  bool is_first = true;
  dl_iterate_phdr(FindText, &is_first);
  void* frame = nullptr;
  backtrace(&frame, 1);  // Its first call opens a library.
  owner = getpid();
  if (const char* at = std::getenv("ACC_FAULT_AT")) fails_at = std::strtoul(at, nullptr, 10);
  const char* name = std::getenv("ACC_FAULT_KIND");
  for (const KindRow& row : kKinds) {
    if (name != nullptr && std::strcmp(row.name, name) == 0) kind = row.kind;
  }
}

__attribute__((destructor)) void End() {
  const char* path = std::getenv("ACC_FAULT_COUNT");
  if (path == nullptr || getpid() != owner) return;
  char text[32];
  const int size = std::snprintf(text, sizeof(text), "%lu\n", calls.load());
  const long fd = syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
  syscall(SYS_write, fd, text, size);
}

// Counts a call from there; whether it is the one that fails.
bool Fails(Kind of, int error, const void* caller) {
  if (of != kind || !is_in_main || !IsLoaded(caller) || calls.fetch_add(1) + 1 != fails_at)
    return false;
  errno = error;
  return true;
}

template <typename Function>
Function Real(Function /*same*/, const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

// Code of the standard library lies in the program as well, and other libraries use it there.
bool IsStandard(void* address) {
  if (standard_library.Holds(address) || injector.Holds(address)) return true;
  Dl_info info{};
  if (!program.Holds(address) || dladdr(address, &info) == 0 || info.dli_sname == nullptr) {
    return false;
  }
  return std::strncmp(info.dli_sname, "_ZNSt", 5) == 0 ||
         std::strncmp(info.dli_sname, "_ZNKSt", 6) == 0 ||
         std::strncmp(info.dli_sname, "_ZSt", 4) == 0;
}

bool IsOfProgram(void* caller) {
  if (!program.Holds(caller) && !standard_library.Holds(caller)) return false;
  void* frames[16];
  const int count = backtrace(frames, 16);
  for (int i = 0; i < count; ++i) {
    if (!IsStandard(frames[i])) return program.Holds(frames[i]);
  }
  return false;
}

void* Allocate(std::size_t size, std::size_t alignment, void* caller) {
  const bool is_counted = kind == kAllocation && is_in_main && IsOfProgram(caller);
  if (is_counted && Fails(kAllocation, ENOMEM, caller)) return nullptr;
  const std::size_t least = size == 0 ? 1 : size;
  if (alignment == 0) return std::malloc(least);
  return std::aligned_alloc(alignment, (least + alignment - 1) / alignment * alignment);
}

void* AllocateOrThrow(std::size_t size, std::size_t alignment, void* caller) {
  void* memory = Allocate(size, alignment, caller);
  if (memory == nullptr) {
    if (const std::new_handler handler = std::get_new_handler()) handler();
    throw std::bad_alloc();
  }
  return memory;
}

int Open(const char* path, int flags, mode_t mode, const void* caller) {
  if (Fails(kOpen, EMFILE, caller)) return -1;
  return static_cast<int>(syscall(SYS_openat, AT_FDCWD, path, flags, mode));
}

void* Map(void* at, size_t size, int protection, int flags, int fd, off64_t offset,
          const void* caller) {
  if (Fails(kMmap, ENOMEM, caller)) return MAP_FAILED;
  return reinterpret_cast<void*>(syscall(SYS_mmap, at, size, protection, flags, fd, offset));
}

ssize_t WriteAt(int fd, const void* bytes, size_t size, off64_t at, const void* caller) {
  if (fd > STDERR_FILENO && Fails(kWrite, ENOSPC, caller)) return -1;
  return syscall(SYS_pwrite64, fd, bytes, size, at);
}

}  // namespace

#define ACC_CALLER __builtin_return_address(0)

void* operator new(std::size_t size) { return AllocateOrThrow(size, 0, ACC_CALLER); }
void* operator new[](std::size_t size) { return AllocateOrThrow(size, 0, ACC_CALLER); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return AllocateOrThrow(size, static_cast<std::size_t>(alignment), ACC_CALLER);
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return AllocateOrThrow(size, static_cast<std::size_t>(alignment), ACC_CALLER);
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return Allocate(size, 0, ACC_CALLER);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return Allocate(size, 0, ACC_CALLER);
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }

extern "C" {

int (*program_main)(int, char**, char**) = nullptr;
int CountedMain(int count, char** arguments, char** environment) {
  is_in_main = true;
  const int code = program_main(count, arguments, environment);
  is_in_main = false;
  return code;
}
int __libc_start_main(int (*main)(int, char**, char**), int count, char** arguments, void (*init)(),
                      void (*fini)(), void (*loader_fini)(), void* stack_end) {
  static const auto kReal = Real(&__libc_start_main, "__libc_start_main");
  program_main = main;
  return kReal(&CountedMain, count, arguments, init, fini, loader_fini, stack_end);
}

ssize_t write(int fd, const void* bytes, size_t size) {
  if (fd > STDERR_FILENO && Fails(kWrite, ENOSPC, ACC_CALLER)) return -1;
  return syscall(SYS_write, fd, bytes, size);
}
ssize_t writev(int fd, const iovec* parts, int count) {
  if (fd > STDERR_FILENO && Fails(kWrite, ENOSPC, ACC_CALLER)) return -1;
  return syscall(SYS_writev, fd, parts, count);
}
ssize_t pwrite(int fd, const void* bytes, size_t size, off_t at) {
  return WriteAt(fd, bytes, size, at, ACC_CALLER);
}
ssize_t pwrite64(int fd, const void* bytes, size_t size, off64_t at) {
  return WriteAt(fd, bytes, size, at, ACC_CALLER);
}
size_t fwrite(const void* bytes, size_t size, size_t count, FILE* file) {
  static const auto kReal = Real(&fwrite, "fwrite");
  const bool is_terminal = file == stdout || file == stderr;
  if (!is_terminal && Fails(kWrite, ENOSPC, ACC_CALLER)) return 0;
  return kReal(bytes, size, count, file);
}

int open(const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const mode_t mode = (flags & (O_CREAT | __O_TMPFILE)) != 0 ? va_arg(more, mode_t) : 0;
  va_end(more);
  return Open(path, flags, mode, ACC_CALLER);
}
int open64(const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const mode_t mode = (flags & (O_CREAT | __O_TMPFILE)) != 0 ? va_arg(more, mode_t) : 0;
  va_end(more);
  return Open(path, flags, mode, ACC_CALLER);
}
FILE* fopen(const char* path, const char* mode) {
  static const auto kReal = Real(&fopen, "fopen");
  return Fails(kOpen, EMFILE, ACC_CALLER) ? nullptr : kReal(path, mode);
}
FILE* fopen64(const char* path, const char* mode) {
  static const auto kReal = Real(&fopen64, "fopen64");
  return Fails(kOpen, EMFILE, ACC_CALLER) ? nullptr : kReal(path, mode);
}
DIR* opendir(const char* path) {
  static const auto kReal = Real(&opendir, "opendir");
  return Fails(kOpen, EMFILE, ACC_CALLER) ? nullptr : kReal(path);
}
int pipe2(int* ends, int flags) {
  return Fails(kOpen, EMFILE, ACC_CALLER) ? -1 : static_cast<int>(syscall(SYS_pipe2, ends, flags));
}
int memfd_create(const char* name, unsigned flags) {
  return Fails(kOpen, EMFILE, ACC_CALLER)
             ? -1
             : static_cast<int>(syscall(SYS_memfd_create, name, flags));
}

pid_t fork() {
  static const auto kReal = Real(&fork, "fork");
  return Fails(kFork, EAGAIN, ACC_CALLER) ? -1 : kReal();
}
int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*run)(void*),
                   void* argument) {
  static const auto kReal = Real(&pthread_create, "pthread_create");
  return Fails(kThread, EAGAIN, ACC_CALLER) ? EAGAIN : kReal(thread, attributes, run, argument);
}

void* mmap(void* at, size_t size, int protection, int flags, int fd, off_t offset) {
  return Map(at, size, protection, flags, fd, offset, ACC_CALLER);
}
void* mmap64(void* at, size_t size, int protection, int flags, int fd, off64_t offset) {
  return Map(at, size, protection, flags, fd, offset, ACC_CALLER);
}

void* dlopen(const char* path, int flags) {
  static const auto kReal = Real(&dlopen, "dlopen");
  // The loader's own refusal, so that dlerror() has its words.
  return kReal(Fails(kDlopen, ENOENT, ACC_CALLER) ? "/nowhere/refused.so" : path, flags);
}

}  // extern "C"

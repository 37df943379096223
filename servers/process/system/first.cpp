// SPDX-License-Identifier: BSD-2-Clause
#include "lib/component/log.hpp"
#include "servers/process/exec/arguments.hpp"
#include "servers/process/server.hpp"

// The first process. It is made when the system starts, and again should it ever end.
namespace process {

namespace {

constexpr Limit unlimited{no_limit, no_limit};

void set_first_limits(Process& process) {
  process.limits.fill(unlimited);
  process.limits[limit_stack].soft = 8 << 20;
  process.limits[limit_core] = {0, no_limit};
  process.limits[limit_processes] = {900, 900};
  process.limits[limit_descriptors] = {1024, 4096};
  process.limits[limit_pending] = {512, 512};
}

/// Words of the first process; those that do not fit are left out.
class Words {
 public:
  Words(std::initializer_list<std::string_view> words) {
    for (const std::string_view word : words) add(word);
  }
  void add(std::string_view word) {
    if (count_ < list_.size()) list_[count_++] = word;
  }
  /// NAME=VALUE, instead of another value of that name.
  void set(std::string_view word) {
    const std::string_view name = word.substr(0, word.find('=') + 1);
    for (std::string_view& each : std::span(list_).first(count_))
      if (each.starts_with(name)) return static_cast<void>(each = word);
    add(word);
  }
  std::span<const std::string_view> list() const { return std::span(list_).first(count_); }

 private:
  std::array<std::string_view, 32> list_;
  std::size_t count_ = 0;
};

/// What the kernel's command line says to it, as on Linux: NAME=VALUE is its environment, other words are arguments.
void add_words(std::string_view line, Words& arguments, Words& environment) {
  for (std::size_t at = 0; at < line.size();) {
    const std::size_t end = std::min(line.find(' ', at), line.size());
    const std::string_view word = line.substr(at, end - at);
    if (word.contains('='))
      environment.set(word);
    else if (!word.empty())
      arguments.add(word);
    at = end + 1;
  }
}

}  // namespace

void Server::start_first_process() {
  static constexpr std::string_view path = "/sbin/init";
  constexpr Pid pid = 1;
  Process* process = processes_.find(identifiers_.process(pid));
  if (process == nullptr) {
    if (identifiers_.take() != pid) return;
    process = make_process(pid);
    if (process == nullptr) return;
    set_group(*process, pid, pid);
  }
  const Work work(*this, *process);
  Thread* const thread = make_thread(*process, pid);
  if (thread == nullptr) return;
  process->state = Process::State::live;
  process->job = Process::Job::runs;
  process->credentials = {};
  set_first_limits(*process);
  if (const auto made = files_.first(pid); !made)
    kernel_.log(
        component::Line()
            .add_all("the file server has no place for the first process: error ", static_cast<u64>(made.error()))
            .text());
  process->has_files = true;
  Arguments given(kernel_);
  auto result = given.open();
  Words arguments{path},
      environment{"HOME=/", "TERM=linux", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"};
  add_words(kernel_.command_line(), arguments, environment);
  if (result) result = given.set(path, arguments.list(), environment.list());
  if (result) result = run(*thread, given, -100, 0);
  if (!result) {
    kernel_.log(component::Line().add_all("/sbin/init cannot be run: error ", static_cast<u64>(result.error())).text());
    thread->phase = Thread::Phase::gone;
    process->has_gone_threads = true;
    process->state = Process::State::starting;
  }
}

}  // namespace process

// SPDX-License-Identifier: BSD-2-Clause
#include "servers/information/files.hpp"

#include <algorithm>
#include <charconv>

#include "abi/types.hpp"
#include "lib/component/place.hpp"

namespace information {
namespace {

constexpr u64 second = 1'000'000'000, hundredth = second / 100, millisecond = 1'000'000, microsecond = 1'000;
/// What uname(2) says as well: the release whose calls programs may expect.
constexpr std::string_view os_type = "Linux", os_release = "6.1.0-bulkhead", os_version = "#1 Bulkhead";

Reason reason_of(reincarnation::Reason reason) {
  switch (reason) {
    case reincarnation::Reason::absent:
      return Reason::absent;
    case reincarnation::Reason::not_permitted:
      return Reason::not_permitted;
    case reincarnation::Reason::not_running:
    case reincarnation::Reason::busy:
      return Reason::busy;
    case reincarnation::Reason::unsupported:
      break;
  }
  return Reason::invalid;
}

void write_boot_identifier(std::span<const u64, 2> boot, Text& text) {
  // As a version 4 UUID (RFC 9562, section 5.4), which is how Linux writes it.
  u8 bytes[16];
  for (unsigned i = 0; i < 16; ++i) bytes[i] = static_cast<u8>(boot[i / 8] >> 8 * (i % 8));
  bytes[6] = static_cast<u8>((bytes[6] & 0x0f) | 0x40);
  bytes[8] = static_cast<u8>((bytes[8] & 0x3f) | 0x80);
  for (unsigned i = 0; i < 16; ++i) {
    constexpr char digits[] = "0123456789abcdef";
    if (i == 4 || i == 6 || i == 8 || i == 10) text.add('-');
    text.add(digits[bytes[i] >> 4]).add(digits[bytes[i] & 15]);
  }
  text.add('\n');
}

// As the image's description and the symbol file name it.
void write_build(std::span<const u64, 2> build, Text& text) {
  for (const u64 half : {build[1], build[0]})
    for (int shift = 60; shift >= 0; shift -= 4) text.add("0123456789abcdef"[half >> shift & 15]);
  text.add('\n');
}

void write_backtrace(const Crash& crash, Text& text) {
  for (std::size_t i = 0; i < crash.backtrace.length(); ++i) text.add(i == 0 ? "" : ",", Hex{crash.backtrace[i]});
  text.add('\n');
}

}  // namespace

std::optional<u32> Files::read_log(u32 node, u64 offset, std::span<std::byte> into) {
  if (static_cast<Node>(node) == Node::log) {
    // From the oldest byte there is. The log moves under a reader that is slow; who follows it uses log_at.
    std::byte one[1];
    const Sources::LogPart first = sources_.log(0, one);
    offset += first.position - first.bytes;
  } else if (static_cast<Node>(node) != Node::log_at) {
    return std::nullopt;
  }
  return static_cast<u32>(sources_.log(offset, into).bytes);
}

std::expected<void, Reason> Files::write(u32 node, Text& text) {
  const auto service = service_node(node);
  return service ? write_service(*service, text) : write_file(static_cast<Node>(node), text);
}

std::expected<void, Reason> Files::write_file(Node node, Text& text) {
  const abi::InfoPage& info = sources_.info();
  switch (node) {
    case Node::list:
      return write_list(text);
    case Node::tree:
      return write_tree(text);
    case Node::crashes:
      return write_crashes(text);
    case Node::injected:
      return write_injected(text);
    case Node::build:
      write_build(sources_.build(), text);
      return {};
    case Node::control:
      return {};
    case Node::log_range: {
      std::byte one[1];
      const Sources::LogPart first = sources_.log(0, one);
      const Sources::LogPart last = sources_.log(~u64{0}, {});
      text.add(first.position - first.bytes, ' ', last.position, '\n');
      return {};
    }
    case Node::memory:
      write_memory(text);
      return {};
    case Node::statistics:
      write_statistics(text);
      return {};
    case Node::processors:
      write_processors(text);
      return {};
    case Node::uptime: {
      const u64 now = sources_.now();
      const u64 idle = time_of(all_processors).idle;
      text.add(now / second, '.').add_padded(now % second / hundredth, 2);
      text.add(' ', idle / second, '.').add_padded(idle % second / hundredth, 2).add('\n');
      return {};
    }
    case Node::version:
      text.add(os_type, " version ", os_release, " (Bulkhead) ", os_version, '\n');
      return {};
    case Node::command_line:
      text.add(std::string_view(info.command_line), '\n');
      return {};
    case Node::load:
      text.add("0.00 0.00 0.00 1/1 1\n");
      return {};
    case Node::os_type:
      text.add(os_type, '\n');
      return {};
    case Node::os_release:
      text.add(os_release, '\n');
      return {};
    case Node::os_version:
      text.add(os_version, '\n');
      return {};
    case Node::boot_identifier:
      write_boot_identifier(info.boot_id, text);
      return {};
    default:
      return std::unexpected(look_at(static_cast<u32>(node), {}) ? Reason::is_folder : Reason::absent);
  }
}

std::expected<void, Reason> Files::write_service(ServiceNode node, Text& text) {
  const auto* const component = component_of(node.slot, sources_.components());
  if (component == nullptr) return std::unexpected(Reason::absent);
  switch (node.file) {
    case ServiceFile::status:
      return write_status(node.slot, text);
    case ServiceFile::why:
      return write_why(node.slot, text);
    case ServiceFile::log:
      write_log_of(name_of(*component), text);
      return {};
    case ServiceFile::folder:
      break;
  }
  return std::unexpected(Reason::is_folder);
}

// ---- services ----

std::span<const Service> Files::services() {
  const auto count = sources_.services(services_);
  return std::span{services_}.first(std::min<std::size_t>(count.value_or(0), std::size(services_)));
}

std::string_view Files::name_of_slot(u8 slot) {
  const auto* const component = component_of(slot, sources_.components());
  return component == nullptr ? std::string_view("-") : name_of(*component);
}

std::string_view Files::loses(u8 slot) {
  const auto* const component = component_of(slot, sources_.components());
  return component == nullptr ? std::string_view() : std::string_view(component->loses);
}

bool Files::sync_first(u8 slot) {
  const auto* const component = component_of(slot, sources_.components());
  return component != nullptr && component->sync_first != 0;
}

std::optional<u8> Files::slot_of(std::string_view name) {
  for (const abi::ComponentRecord& component : sources_.components())
    if (name_of(component) == name) return component.slot;
  return std::nullopt;
}

std::expected<void, Reason> Files::write_list(Text& text) {
  const auto found = services();
  if (found.empty()) return std::unexpected(Reason::unavailable);
  text.add(
      "name\tslot\trank\tstate\tgeneration\trestarts\tcause\tserved\tprocessor_us\tframes\tinjected\tloses\t"
      "sync_first\n");
  for (const Service& each : found) {
    text.add(each.name.view(), '\t', each.slot, '\t', each.rank, '\t', word(each.state), '\t', each.generation, '\t',
             each.restarts, '\t', cause_word(each.cause), '\t', each.served, '\t', each.processor_ns / microsecond,
             '\t', each.frames, '\t', each.injected, '\t', loses(each.slot), '\t', sync_first(each.slot), '\n');
  }
  return {};
}

std::expected<void, Reason> Files::write_status(u8 slot, Text& text) {
  const auto found = services();
  const auto service = std::ranges::find(found, slot, [](const Service& each) { return each.slot; });
  if (service == found.end()) return std::unexpected(Reason::unavailable);
  text.add("name\t", service->name.view(), "\nstate\t", word(service->state), "\nslot\t", service->slot, "\nrank\t",
           service->rank, "\nwanted\t", service->wanted, "\ngeneration\t", service->generation, "\nrestarts\t",
           service->restarts);
  text.add("\nfailures_in_row\t", service->failures_in_row, "\ncause\t", cause_word(service->cause), "\ncause_detail\t",
           service->cause_detail, "\nlast_crash\t", service->last_crash, "\nsince_ms\t", service->since / millisecond,
           "\nnext_start_ms\t", service->next_start / millisecond);
  text.add("\nserved\t", service->served, "\nprocessor_us\t", service->processor_ns / microsecond, "\nframes\t",
           service->frames, "\ninjected\t", service->injected);
  text.add("\nspare\t", service->spare == 255 ? "-" : name_of_slot(service->spare), "\nstands_in_for\t",
           service->stands_in_for == 255 ? "-" : name_of_slot(service->stands_in_for), '\n');
  text.add("loses\t", loses(slot), "\nsync_first\t", sync_first(slot), '\n');
  return {};
}

std::expected<void, Reason> Files::write_tree(Text& text) {
  text.add("name\trank\texports\timports\n");
  for (const abi::ComponentRecord& component : sources_.components()) {
    text.add(name_of(component), '\t', component.rank, '\t');
    const auto field = [](std::span<const char> bytes) {
      return std::string_view{bytes.data(), static_cast<std::size_t>(std::ranges::find(bytes, '\0') - bytes.begin())};
    };
    for (unsigned i = 0; i < component.export_count; ++i) text.add(i == 0 ? "" : ",", field(component.exports[i].name));
    text.add('\t');
    for (unsigned i = 0; i < component.import_count; ++i)
      text.add(i == 0 ? "" : ",", name_of_slot(component.imports[i].exporter), ":", field(component.imports[i].name));
    text.add('\n');
  }
  return {};
}

namespace {

void write_crash_line(const Crash& crash, Text& text) {
  text.add(crash.number, '\t', crash.name.view(), '\t', crash.generation, '\t', cause_word(crash.cause), '\t',
           crash.cause_detail, '\t', Hex{crash.fault_address}, '\t', Hex{crash.registers.rip}, '\t',
           crash.at / millisecond, '\t');
  text.add(crash.served, '\t', crash.injected, '\t', crash.poison, '\t', word(crash.next), '\t',
           crash.delay / millisecond, '\t');
  write_backtrace(crash, text);
}

}  // namespace

std::expected<void, Reason> Files::write_crashes(Text& text) {
  text.add(
      "number\tname\tgeneration\tcause\tdetail\taddress\tinstruction\tat_ms\tserved\tinjected\tpoison\tnext\t"
      "delay_ms\tbacktrace\n");
  for (u32 number = 1; !text.full();) {
    const auto crash = sources_.crash(number);
    if (!crash || crash->number < number) break;
    write_crash_line(*crash, text);
    number = crash->number + 1;
  }
  return {};
}

std::expected<void, Reason> Files::write_why(u8 slot, Text& text) {
  const auto crash = sources_.last_crash(slot);
  if (!crash) {
    if (crash.error() != reincarnation::Reason::absent) return std::unexpected(reason_of(crash.error()));
    return {};  // it never failed
  }
  text.add("number\t", crash->number, "\nname\t", crash->name.view(), "\ngeneration\t", crash->generation, "\ncause\t",
           cause_word(crash->cause), "\ndetail\t", crash->cause_detail, "\naddress\t", Hex{crash->fault_address},
           "\nplace\t", cause_word(crash->cause) == "page fault" ? component::place_of(crash->fault_address) : "");
  text.add("\nat_ms\t", crash->at / millisecond, "\nserved\t", crash->served, "\nsender\t", Hex{crash->sender},
           "\nrequest\t", Hex{crash->tag}, "\nthread\t", crash->thread, "\ninjected\t", crash->injected, "\npoison\t",
           crash->poison);
  text.add("\nnext\t", word(crash->next), "\ndelay_ms\t", crash->delay / millisecond, "\nloses\t", loses(slot), '\n');
  const reincarnation::Registers& r = crash->registers;
  const std::pair<std::string_view, u64> registers[] = {
      {"rip", r.rip}, {"rflags", r.rflags}, {"rax", r.rax}, {"rbx", r.rbx}, {"rcx", r.rcx}, {"rdx", r.rdx},
      {"rsi", r.rsi}, {"rdi", r.rdi},       {"rbp", r.rbp}, {"rsp", r.rsp}, {"r8", r.r8},   {"r9", r.r9},
      {"r10", r.r10}, {"r11", r.r11},       {"r12", r.r12}, {"r13", r.r13}, {"r14", r.r14}, {"r15", r.r15}};
  for (const auto& [name, value] : registers) text.add(name, '\t', Hex{value}, '\n');
  text.add("backtrace\t");
  write_backtrace(*crash, text);
  return {};
}

std::expected<void, Reason> Files::write_injected(Text& text) {
  text.add("number\tprogress\trequest\tsender\tcrash\n");
  const auto found = sources_.last_injection();
  if (!found && found.error() == reincarnation::Reason::absent) return {};  // there was none
  if (!found) return std::unexpected(reason_of(found.error()));
  text.add(found->number, '\t', word(found->progress), '\t', Hex{found->tag}, '\t', Hex{found->sender}, '\t',
           found->crash, '\n');
  return {};
}

// Lines of the log that begin with the component's name, as the kernel writes them.
void Files::write_log_of(std::string_view name, Text& text) {
  u64 position = 0;
  char line[300];
  std::size_t length = 0;
  const auto finish = [&] {
    const std::string_view whole{line, length};
    if (whole.starts_with(name) && whole.size() > name.size() && whole[name.size()] == ':') text.add(whole, '\n');
    length = 0;
  };
  for (;;) {
    std::byte bytes[512];
    const Sources::LogPart part = sources_.log(position, bytes);
    if (part.bytes == 0) break;
    position = part.position;
    for (const std::byte byte : std::span{bytes}.first(part.bytes)) {
      const char c = static_cast<char>(byte);
      if (c == '\n')
        finish();
      else if (length < sizeof line)
        line[length++] = c;
    }
  }
}

// ---- commands ----

std::expected<void, Reason> Files::command(std::string_view line) {
  const auto next = [&] {
    while (!line.empty() && (line.front() == ' ' || line.front() == '\n')) line.remove_prefix(1);
    const std::size_t end = std::min(line.find_first_of(" \n"), line.size());
    const std::string_view found = line.substr(0, end);
    line.remove_prefix(end);
    return found;
  };
  const std::string_view verb = next(), name = next();
  const bool inject = verb == "inject";
  if (!inject && verb != "restart" && verb != "stop" && verb != "start") return std::unexpected(Reason::invalid);
  const auto slot = slot_of(name);
  if (!slot) return std::unexpected(Reason::absent);
  const std::string_view kind = inject ? next() : "", when = inject ? next() : "", generation = next();
  u32 meant = 0;
  const auto [end, error] = std::from_chars(generation.data(), generation.data() + generation.size(), meant);
  const bool number = error == std::errc{} && end == generation.data() + generation.size();
  if ((!generation.empty() && !number) || !next().empty()) return std::unexpected(Reason::invalid);
  if (inject) return this->inject(*slot, kind, when, meant);
  std::expected<void, reincarnation::Reason> done;
  if (verb == "restart") {
    const auto present = generation_of(*slot);
    if (!present) return std::unexpected(Reason::unavailable);
    done = sources_.restart(*slot, meant != 0 ? meant : *present);
  }
  if (verb == "stop") done = sources_.stop(*slot);
  if (verb == "start") done = sources_.start(*slot);
  if (!done) return std::unexpected(reason_of(done.error()));
  return {};
}

std::expected<void, Reason> Files::inject(u8 slot, std::string_view kind, std::string_view when, u32 generation) {
  std::optional<reincarnation::Injection> wanted;
  for (u8 each = 0; each <= static_cast<u8>(reincarnation::Injection::violate); ++each)
    if (word(static_cast<reincarnation::Injection>(each)) == kind) wanted = static_cast<reincarnation::Injection>(each);
  if (!wanted || (when != "busy" && when != "now")) return std::unexpected(Reason::invalid);
  if (generation != 0) {
    const auto present = generation_of(slot);
    if (!present) return std::unexpected(Reason::unavailable);
    // The order comes again, because it struck somebody on its own way: this server.
    if (*present != generation) return {};
  }
  const auto number = sources_.inject(slot, *wanted, when == "busy");
  if (!number) return std::unexpected(reason_of(number.error()));
  return {};
}

std::optional<u32> Files::generation_of(u8 slot) {
  const auto found = services();
  const auto service = std::ranges::find(found, slot, [](const Service& each) { return each.slot; });
  if (service == found.end()) return std::nullopt;
  return service->generation;
}

// ---- the machine ----

void Files::write_memory(Text& text) {
  const abi::InfoPage& info = sources_.info();
  const auto line = [&](std::string_view name, u64 bytes) {
    text.add(name, ':');
    for (std::size_t i = name.size() + 1; i < 16; ++i) text.add(' ');
    const u64 kilobytes = bytes / 1024;
    for (u64 limit = 10'000'000; limit > 1 && kilobytes < limit; limit /= 10) text.add(' ');
    text.add(kilobytes, " kB\n");
  };
  line("MemTotal", info.memory_bytes);
  line("MemFree", info.memory_free);
  line("MemAvailable", info.memory_free + u64{told_.reclaimable} * abi::page_size);
  line("Buffers", 0);  // what ext4 keeps of the disk lies in its own fixed memory, which cannot be given back
  line("Cached", u64{told_.cached} * abi::page_size);
  line("SwapTotal", 0);
  line("SwapFree", 0);
}

Files::ProcessorTime Files::time_of(u32 processor) {
  const abi::InfoPage& info = sources_.info();
  ProcessorTime time;
  for (u32 i = 0; i < std::min(info.processors, abi::max_processors); ++i) {
    if (processor != all_processors && processor != i) continue;
    time.user += info.processor_time[i][0];
    time.system += info.processor_time[i][1];
    time.idle += info.processor_time[i][2];
  }
  return time;
}

// What components do is the system's time. What nobody counts (interrupts, context switches, processes made) is left
// out.
void Files::write_statistics(Text& text) {
  const auto line = [&](u32 processor) {
    const ProcessorTime time = time_of(processor);
    text.add(' ', time.user / hundredth, " 0 ", time.system / hundredth, ' ', time.idle / hundredth, " 0 0 0 0 0 0\n");
  };
  text.add("cpu ");
  line(all_processors);
  for (u32 i = 0; i < sources_.info().processors; ++i) {
    text.add("cpu", i);
    line(i);
  }
  if (told_.clock_offset > 0) text.add("btime ", static_cast<u64>(told_.clock_offset) / second, '\n');
}

void Files::write_processors(Text& text) {
  for (u32 i = 0; i < sources_.info().processors; ++i)
    text.add("processor\t: ", i,
             "\nvendor_id\t: Bulkhead\nmodel name\t: x86-64\nflags\t\t: fpu tsc msr cx8 sse sse2 "
             "syscall nx lm\n\n");
}

}  // namespace information

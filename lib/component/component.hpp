// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <expected>
#include <new>
#include <span>
#include <string_view>

#include "lib/component/frames.hpp"
#include "lib/component/log.hpp"
#include "lib/component/program.hpp"
#include "lib/component/table.hpp"
#include "lib/component/time.hpp"
#include "lib/component/vault.hpp"
#include "lib/contract/exporter.hpp"
#include "lib/contract/import.hpp"

namespace component {

/// Whether the slot starts for the first time since the machine did, or again after a failure.
enum class Start : abi::u8 { first, restarted };

/// Why a component cannot work; the text is its report.
struct StartError {
  std::string_view what;
};

/// Ends the component, on purpose and without a fault of its own.
[[noreturn]] void end();

/// What every component is: handlers that the runtime calls, one at a time. None of them is a loop.
class Component {
 public:
  /// After construction. Downcalls may be made. An error ends the component.
  virtual std::expected<void, StartError> start(Start how) = 0;
  /// Interrupt `index` of the manifest is pending; to be acknowledged through lib/driver.
  virtual void on_interrupt(unsigned index);
  /// The deadline given to set_timer has passed.
  virtual void on_timer() {}
  /// Bit of the event word that an import's exporter raised; its Shadow has been told already.
  virtual void on_event(unsigned) {}
  /// Something that is imported was restarted, or is there for the first time.
  virtual void on_restart() {}
  /// A program's call: the generated `Calls::dispatch` goes here.
  virtual void on_program_call(contract::ProgramCall& call);
  virtual FaultAnswer on_page_fault(const PageFault& fault);
  /// Some of the slot's programs' threads stopped: take them with program_thread::take_stopped.
  virtual void on_thread_stopped() {}
  /// For the reincarnation server: some slot's state changed.
  virtual void on_slot() {}

  Component(const Component&) = delete;
  Component& operator=(const Component&) = delete;

 protected:
  Component() = default;
  ~Component() = default;

  /// The slot's vault, checked and rolled back before any member is made.
  static Vault& vault();
  /// An import by its name in the name space, or by the name of its contract where it is the only one.
  static contract::Import import(std::string_view name);
  static Table table() { return Table::own(); }
  static const abi::ComponentRecord& record();
  static unsigned slot() { return record().slot; }
  static abi::u32 generation();
  static Frames frames() { return {}; }
};

}  // namespace component

namespace component::detail {

struct Exported {
  std::string_view contract;
  contract::ExporterBase* exporter;
};
struct Made {
  Component* component;
  std::span<const Exported> exporters;
  abi::u8 reserved_threads;
};

/// Defined by COMPONENT.
Made make();

/// The contract of a generated exporter is the namespace that it lies in.
template <class Exporter>
consteval std::string_view contract_of() {
  std::string_view name = __PRETTY_FUNCTION__;
  name.remove_prefix(name.find("contract::", name.find("Exporter = ")) + std::string_view("contract::").size());
  return name.substr(0, name.find("::"));
}

/// The one Exporter that a component derives from; ambiguous, and so not there, where it derives from several.
template <class T>
concept ExportsOne = requires { typename T::BasicExporter; };

/// The manifest's `reserved`, which the system table does not tell: `static constexpr unsigned reserved_threads`.
template <class T>
constexpr abi::u8 reserved_threads() {
  if constexpr (requires { T::reserved_threads; })
    return T::reserved_threads;
  else
    return 0;
}

template <class T, class... Exporters>
Made place() {
  if constexpr (sizeof...(Exporters) == 0 && ExportsOne<T>) {
    return place<T, typename T::BasicExporter>();
  } else {
    alignas(T) static std::byte storage[sizeof(T)];
    static Exported exporters[sizeof...(Exporters) + 1];
    T* const made = new (storage) T();
    unsigned count = 0;
    ((exporters[count++] = {contract_of<Exporters>(), static_cast<Exporters*>(made)}), ...);
    return {made, {exporters, count}, reserved_threads<T>()};
  }
}

}  // namespace component::detail

/// Makes `Type` the component of this binary. One that serves several contracts names their Exporters after it.
#define COMPONENT(Type, ...)                                            \
  component::detail::Made component::detail::make() {                   \
    return component::detail::place<Type __VA_OPT__(, ) __VA_ARGS__>(); \
  }

// SPDX-License-Identifier: BSD-2-Clause
// From the kernel's first instruction in a slot to its loop.
#include "abi/raw.hpp"
#include "lib/component/runtime.hpp"

extern "C" void component_thread();

namespace component::detail {

constinit Runtime runtime;

namespace {

alignas(Vault) std::byte vault_storage[sizeof(Vault)];

void open_vault() {
  const std::size_t size = runtime.record->vault_size;
  if (size == 0) return;
  Vault* const vault = new (vault_storage) Vault({reinterpret_cast<std::byte*>(abi::layout::vault_base), size});
  runtime.vault = vault;
  if (vault->recovery() == Recovery::rolled_back) log("vault: a transaction was open and is undone");
  if (vault->recovery() == Recovery::lost) log("vault: damaged, everything in it is lost");
}

void find_imports() {
  const auto imports = imports_of(*runtime.record);
  for (unsigned index = 0; index < imports.size(); ++index) {
    const abi::ImportRecord& import = imports[index];
    if (import.events != 0) runtime.import_bits |= ((abi::u64{1} << import.events) - 1) << import.event_base;
    if (text_of(import.contract) == "store") runtime.store_import = static_cast<abi::u8>(index);
    if (text_of(import.contract) == "blame") runtime.blame_import = static_cast<abi::u8>(index);
  }
}

// Each importer of the export becomes known to it, those of the component whose spare this one is as well.
void add_importers(contract::ExporterBase& exporter, unsigned export_index) {
  const Table table = Table::own();
  for (const abi::ComponentRecord& importer : table.components()) {
    for (const abi::ImportRecord& import : imports_of(importer)) {
      const abi::ComponentRecord* const named = table.at(import.exporter);
      const bool spare = named != nullptr && named->spare_slot == runtime.record->slot;
      if ((import.exporter == runtime.record->slot || spare) && import.export_index == export_index)
        exporter.add_importer(importer.slot, import.lanes, import.event_base);
    }
  }
}

void connect_exporters(std::span<const Exported> exporters) {
  const auto exports = exports_of(*runtime.record);
  for (unsigned index = 0; index < exports.size(); ++index) {
    for (const Exported& exported : exporters) {
      if (exported.contract != text_of(exports[index].contract)) continue;
      runtime.exporters[index] = exported.exporter;
      add_importers(*exported.exporter, index);
    }
    if (runtime.exporters[index] == nullptr)
      contract::defect("the manifest exports a contract that COMPONENT does not name");
  }
}

void start_threads() {
  const auto entry = reinterpret_cast<abi::u64>(&component_thread);
  for (unsigned index = 1; index < runtime.record->threads; ++index)
    if (abi::raw::plain(static_cast<abi::u64>(abi::Call::thread_start), index, entry, index).status != abi::Status::ok)
      contract::defect("a thread cannot be started");
}

// A request that is issued again must not be taken for an old one of the same number, so each start counts from
// somewhere else.
void number_threads() {
  const abi::u64 seed = now() / 1024;
  for (unsigned index = 0; index < runtime.record->threads; ++index)
    state_of_thread(index) = {static_cast<abi::u16>(index), static_cast<abi::u32>(seed)};
}

}  // namespace

extern "C" [[noreturn]] void component_main(abi::u64 slot, abi::u64 generation, abi::u64 restarted) {
  runtime.record = Table::own().at(static_cast<unsigned>(slot));
  runtime.generation = static_cast<abi::u32>(generation);
  number_threads();
  if (runtime.record == nullptr) end(static_cast<abi::u64>(ExitCode::defect));
  if (runtime.record->threads > max_slot_threads) contract::defect("more threads than the runtime knows");
  find_imports();
  open_vault();
  const Made made = make();
  runtime.component = made.component;
  runtime.reserved = made.reserved_threads;
  connect_exporters(made.exporters);
  if (restarted) learn_poison();
  const auto started = made.component->start(restarted ? Start::restarted : Start::first);
  if (!started) {
    log("cannot start: ", started.error().what);
    end(static_cast<abi::u64>(ExitCode::start_failed));
  }
  start_threads();
  loop(false);
}

// The last threads of a slot are the reserved ones.
extern "C" [[noreturn]] void component_thread_main(abi::u64 index) {
  loop(index >= runtime.record->threads - runtime.reserved);
}

}  // namespace component::detail

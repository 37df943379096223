// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "abi/types.hpp"

// The system table: what every component may know of the system, read-only at layout::table_base. Written by
// tools/verifier. The kernel does not read it.
namespace abi {

inline constexpr unsigned max_imports = 16;
inline constexpr unsigned max_exports = 8;
inline constexpr unsigned max_channel_events = 4;
inline constexpr u64 event_heartbeat = u64{1} << 1;  // from the reincarnation server; cleared by being received

enum class RestartPolicy : u8 { restart = 0, never = 1 };

struct ImportRecord {
  char name[32];  // in the name space: "/dev/disk0"
  char contract[24];
  u32 version;
  u8 exporter;  // slot
  u8 export_index;
  u8 lanes;
  u8 event_base;  // bit of the contract's first event in the importer's event word
  u8 events;      // how many
  u8 unused[7];
};
static_assert(sizeof(ImportRecord) == 72);

struct ExportRecord {
  char name[32];
  char contract[24];
  u32 version;
  u32 unused;
};
static_assert(sizeof(ExportRecord) == 64);

struct DeviceMatch {
  u16 vendor;  // 0xffff: none
  u16 device;
  u32 class_code;  // 24 bits; 0xffffffff: any
};

struct ComponentRecord {
  char name[24];
  u8 slot;
  u8 rank;
  u8 threads;
  RestartPolicy policy;
  u8 import_count;
  u8 export_count;
  u8 interrupt_count;
  u8 restart_event;  // bit raised when an exporter was restarted or published (from the store)
  u32 heartbeat_ms;  // 0: none
  u32 loop_ms;
  u32 hang_ms;
  u32 spare_slot;  // 0xffffffff: none
  u64 vault_size;
  u64 dma_size;
  char loses[64];  // with each instance, for people; empty: nothing
  u8 sync_first;   // nothing of that is lost where sync(2) is called before
  u8 unused[7];
  u64 inject_entry[5];  // addresses of the runtime's routines: exit, segv, loop, hang, violate
  DeviceMatch devices[4];
  ImportRecord imports[max_imports];
  ExportRecord exports[max_exports];
};
static_assert(sizeof(ComponentRecord) == 24 + 8 + 16 + 16 + 72 + 40 + 32 + 16 * 72 + 8 * 64);

struct SystemTable {
  u64 magic;  // image_magic
  u64 build_id[2];
  u32 component_count;
  u32 component_record_size;
  u64 unused;
  // ComponentRecord[component_count] follows
};
static_assert(sizeof(SystemTable) == 40);

}  // namespace abi

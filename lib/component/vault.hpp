// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <new>
#include <span>
#include <string_view>
#include <type_traits>

#include "lib/component/vault_layout.hpp"

// Memory that survives a restart: typed records, changed in transactions that happen whole or not at all, however and
// wherever the component dies. docs/runtime.md has the use and the order of the writes.
namespace component {

/// How a record came to a new instance.
enum class Found : abi::u8 {
  fresh,    // never there before: value-initialised
  kept,     // as the last committed transaction left it
  cleared,  // it did not agree with its checksum: value-initialised, and the log says so
};

/// What a restart found in the vault as a whole.
enum class Recovery : abi::u8 {
  formatted,    // there was none
  clean,        // no transaction was open
  rolled_back,  // one was open, and is undone
  lost,         // the header or the log was damaged: formatted anew
};

/// The machine of a vault: what it writes with. A host test puts one here that stops at the n-th write.
struct DirectMemory {
  static constexpr bool rolls_back = true;
  static constexpr bool checks = true;
  static void write(vault::Word* at, abi::u64 value) { *at = value; }
  /// No write may be moved across by the compiler; the processor keeps stores in order anyway.
  static void barrier() { asm volatile("" ::: "memory"); }
  [[noreturn]] static void defect(std::string_view what);
};

template <class Memory>
class BasicTransaction;
template <class T, class Memory>
class BasicVaultRecord;

/// The vault of one slot. `Memory` is the policy above; everything else is the same on the host.
template <class Memory>
class BasicVault {
 public:
  /// `region` is aligned to words, a multiple of 64 bytes, at least `vault::least_bytes` and below 4 GiB.
  /// Rolls back what was open, or formats.
  explicit BasicVault(std::span<std::byte> region) : base_(region.data()), bytes_(region.size()) { open(); }
  BasicVault(const BasicVault&) = delete;
  BasicVault& operator=(const BasicVault&) = delete;

  Recovery recovery() const { return recovery_; }

  /// Runs `body(transaction, arguments...)`, then commits. The body captures nothing and is handed values and records
  /// only, so that no downcall, which would lay the baton down with the transaction open, can be reached from it.
  template <class Body, class... Arguments>
  decltype(auto) transaction(Body body, const Arguments&... arguments);

  /// One change as a transaction of its own.
  template <class Field>
  void set(const Field& field, const std::type_identity_t<Field>& value) {
    BasicTransaction<Memory> change(*this);
    change.set(field, value);
  }

  /// Bytes that further records may take.
  std::size_t room() const { return vault::names_offset(bytes_) - next_; }
  abi::u64 transactions() const { return header().state >> 32; }

  // ---- for records ----
  struct Place {
    unsigned index;
    Found found;
  };
  /// Finds or makes the record that comes next: all instances of a component declare the same ones in the same order.
  Place declare(std::string_view name, abi::u32 version, std::size_t bytes, std::size_t alignment,
                void (*construct)(std::byte*));
  std::byte* record(unsigned index) const { return base_ + extent(index).offset; }
  /// Whether the record agrees with its checksum. Reads all of it.
  bool intact(unsigned index) const { return !Memory::checks || sum(extent(index)) == checksum(index); }

 private:
  friend class BasicTransaction<Memory>;

  vault::Header& header() const { return *reinterpret_cast<vault::Header*>(base_); }
  vault::Extent& extent(unsigned index) const {
    return reinterpret_cast<vault::Extent*>(base_ + vault::extents_offset)[index];
  }
  abi::u64& checksum(unsigned index) const {
    return reinterpret_cast<abi::u64*>(base_ + vault::checksums_offset)[index];
  }
  vault::Name& name(unsigned index) const {
    return reinterpret_cast<vault::Name*>(base_ + vault::names_offset(bytes_))[index];
  }
  vault::Word* words(std::size_t offset) const { return reinterpret_cast<vault::Word*>(base_ + offset); }
  vault::Word* log() const { return words(vault::log_offset); }

  static void write(void* at, abi::u64 value) { Memory::write(static_cast<vault::Word*>(at), value); }
  void write_all(void* to, const void* from, std::size_t bytes) {
    for (std::size_t at = 0; at < bytes; at += sizeof(abi::u64))
      write(static_cast<std::byte*>(to) + at,
            *reinterpret_cast<const vault::Word*>(static_cast<const std::byte*>(from) + at));
  }
  abi::u64 sum(vault::Extent where) const {
    abi::u64 total = 0;
    for (abi::u32 at = where.offset; at < where.offset + where.bytes; at += sizeof(abi::u64))
      total += vault::spread(at, *words(at));
    return total;
  }
  static abi::u64 sum_of(const void* from, std::size_t bytes, abi::u64 total = 0) {
    for (std::size_t at = 0; at < bytes; at += sizeof(abi::u64))
      total += vault::spread(at, *reinterpret_cast<const vault::Word*>(static_cast<const std::byte*>(from) + at));
    return total;
  }
  static abi::u64 check_of(const vault::Header& header) { return sum_of(&header, offsetof(vault::Header, check)) + 1; }
  static abi::u64 check_of(const vault::Name& name, vault::Extent extent) {
    return sum_of(&name, offsetof(vault::Name, check), sum_of(&extent, sizeof extent)) + 1;
  }

  void open();
  void format();
  bool roll_back();
  void clear(unsigned index, void (*construct)(std::byte*));

  std::byte* base_;
  std::size_t bytes_;
  std::size_t next_ = 0;   // offset of the next record
  unsigned declared_ = 0;  // records that this instance has declared
  bool open_ = false;      // a transaction is
  Recovery recovery_ = Recovery::formatted;
};

/// The changes of one transaction. Each is logged before it is made; the end of the object commits.
template <class Memory>
class BasicTransaction {
 public:
  explicit BasicTransaction(BasicVault<Memory>& vault) : vault_(vault), state_(vault.header().state) {
    if (vault.open_) Memory::defect("a vault transaction inside another");
    vault.open_ = true;
  }
  ~BasicTransaction() { commit(); }
  BasicTransaction(const BasicTransaction&) = delete;
  BasicTransaction& operator=(const BasicTransaction&) = delete;

  /// `field` lies in a record of this vault.
  template <class Field>
  void set(const Field& field, const std::type_identity_t<Field>& value) {
    static_assert(std::is_trivially_copyable_v<Field>);
    write(reinterpret_cast<const std::byte*>(&field), &value, sizeof value);
  }
  /// Copies bytes over the first ones of `field`, as many as `from` has.
  template <class Field>
  void copy(const Field& field, std::span<const std::byte> from) {
    static_assert(std::is_trivially_copyable_v<Field>);
    if (from.size() > sizeof field) Memory::defect("more bytes than the vault's field has");
    write(reinterpret_cast<const std::byte*>(&field), from.data(), from.size());
  }

 private:
  void write(const std::byte* field, const void* from, std::size_t bytes);
  void find(std::size_t offset, std::size_t end);
  void remember(abi::u32 offset, abi::u32 count);
  void settle();
  void commit();

  BasicVault<Memory>& vault_;
  abi::u64 state_;          // of the vault, as last written
  vault::Extent extent_{};  // of the record changed last
  unsigned record_ = 0;
  abi::u64 change_ = 0;  // of its checksum
};

/// Bytes that mean the same wherever they are copied. A type whose copies are deleted may still be trivially copyable.
template <class T>
concept PlainMemory =
    std::is_trivially_copyable_v<T> && std::is_trivially_copy_constructible_v<std::remove_all_extents_t<T>>;

/// A record: read through `*` and `->`, changed in a transaction only.
template <class T, class Memory>
class BasicVaultRecord {
  static_assert(PlainMemory<T>, "a vault keeps bytes: no pointers to be followed, no destructors");
  static_assert(std::is_default_constructible_v<T>);
  static_assert(alignof(T) <= 64);

 public:
  /// `name` has at most 24 bytes. `version` is raised whenever T means something else at the same size.
  BasicVaultRecord(BasicVault<Memory>& vault, std::string_view name, abi::u32 version = 1) : vault_(&vault) {
    const auto [index, found] = vault.declare(name, version, sizeof(T), alignof(T), construct);
    index_ = index;
    found_ = found;
    value_ = reinterpret_cast<const T*>(vault.record(index));
  }
  BasicVaultRecord(const BasicVaultRecord&) = delete;
  BasicVaultRecord& operator=(const BasicVaultRecord&) = delete;

  const T& operator*() const { return *value_; }
  const T* operator->() const { return value_; }
  Found found() const { return found_; }
  /// Looks for a stray write since the last transaction. Reads the whole record.
  bool intact() const { return vault_->intact(index_); }

 private:
  static void construct(std::byte* at) { new (at) T{}; }

  BasicVault<Memory>* vault_;
  const T* value_;
  unsigned index_;
  Found found_;
};

template <class T>
inline constexpr bool is_vault_record = false;
template <class T, class Memory>
inline constexpr bool is_vault_record<BasicVaultRecord<T, Memory>> = true;

/// What a transaction's body may be handed: records, and plain values that lead nowhere else.
template <class T>
concept TransactionArgument = is_vault_record<T> || (PlainMemory<T> && !std::is_pointer_v<T>);

template <class Memory>
template <class Body, class... Arguments>
decltype(auto) BasicVault<Memory>::transaction(Body body, const Arguments&... arguments) {
  static_assert(std::is_empty_v<Body>,
                "a transaction's body captures nothing: hand it values and records as arguments after it");
  static_assert((TransactionArgument<Arguments> && ...),
                "a transaction's body is handed records and plain values only: nothing that could make a downcall");
  BasicTransaction<Memory> transaction(*this);
  return body(transaction, arguments...);
}

using Vault = BasicVault<DirectMemory>;
using Transaction = BasicTransaction<DirectMemory>;
template <class T>
using VaultRecord = BasicVaultRecord<T, DirectMemory>;

}  // namespace component

#include "lib/component/vault_code.hpp"

namespace component {
extern template class BasicVault<DirectMemory>;
extern template class BasicTransaction<DirectMemory>;
}  // namespace component

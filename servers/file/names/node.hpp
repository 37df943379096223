// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "servers/file/error.hpp"
#include "servers/file/linux/mode.hpp"

namespace file {

enum class NodeId : u32 { none = 0xffff'ffff };
enum class EntryId : u32 { none = 0xffff'ffff };
enum class BlockId : u32 { none = 0xffff'ffff };
enum class PipeId : u32 { none = 0xffff'ffff };
enum class SystemId : u8 { none = 0 };

inline constexpr u32 max_nodes = 32768;

/// What a file system keeps of its nodes when nobody uses them.
enum class Keeping : u8 {
  resident,  // the node is the file itself: it goes with its last name
  cached,    // kept while there is room, and can be read again
  passing,   // made at each lookup, forgotten at once
};

/// What programs may still map of a file that was cut shorter.
enum class Cut : u8 {
  none,
  untold,  // memory has yet to be told
  told,    // memory is taking it from them
};

/// A file, directory or device that is known now: what Linux calls an inode. Plain memory without pointers.
struct Node {
  u64 number = 0;  // in its file system
  u64 size = 0;
  i64 access_time = 0, modify_time = 0, change_time = 0;  // nanoseconds since 1970
  u64 device = 0;                                         // of a device node: as stat carries it
  u64 source = 0, source_length = 0;                      // where its first contents lie: in the boot archive; of a
                                                          // file on a disk the length is the size that the disk has
  u64 blocks = 0;                                         // of 512 bytes, allocated
  u32 references = 0;                                     // uses: descriptions, directories, mappings, known children
  u32 links = 0;
  u32 user = 0, group = 0;
  u16 mode = 0;
  SystemId system = SystemId::none;
  Keeping keeping = Keeping::resident;
  u8 mounts = 0;          // that cover this directory
  bool mapped = false;    // memory holds it as an object
  Cut cut = Cut::none;    // whether memory knows of `cut_page`
  bool changed = false;   // attributes not yet given to the file system
  bool idle = false;      // in the list of nodes that may be forgotten
  bool cutting = false;   // a truncation is under way
  bool changing = false;  // a call is changing names in this directory
  bool stale = false;     // the file system knows newer attributes
  bool starved = false;   // calls on its pages wait for a write-back of others'
  bool detached = false;  // a removed directory that is still used, and itself a use of `parent`
  u32 generation = 0;     // of this place in the table, so that a stale object is known
  u32 serial = 0;         // of the last map_object
  u64 cut_page = 0;       // first page that must not be mapped any more
  NodeId hash_next = NodeId::none;
  NodeId doomed_next = NodeId::none;
  NodeId idle_previous = NodeId::none, idle_next = NodeId::none;  // least recently used first, while `references` is 0
  EntryId names = EntryId::none;                                  // entries that name it
  EntryId children = EntryId::none, last_child = EntryId::none;
  NodeId parent = NodeId::none;         // of a directory
  u32 next_cookie = 0;                  // of the next entry made in it
  u32 version = 0;                      // of a directory: raised by each change of its names
  BlockId blocks_head = BlockId::none;  // of its cached pages
  BlockId recent_block = BlockId::none;
  u32 dirty_pages = 0;
  u32 cached_pages = 0;
  PipeId pipe = PipeId::none;  // of a fifo that is open
  u32 writers = 0;             // descriptions open for writing
  u32 images = 0;              // processes that execute it
  u32 detail = 0xffff'ffff;    // the file system's own: known extents, text of a link
  u32 locks = 0xffff'ffff;     // record locks

  bool is_directory() const { return mode::is(mode, mode::directory); }
  bool is_regular() const { return mode::is(mode, mode::regular); }
  bool is_link() const { return mode::is(mode, mode::link); }
};
static_assert(sizeof(Node) <= 226);  // eighteen to a page

/// A name in a directory. Of a resident file system these are the directory; of others, what is known of it.
struct Entry {
  NodeId parent = NodeId::none;
  NodeId child = NodeId::none;  // none: known to be absent
  u32 hash = 0;
  EntryId hash_next = EntryId::none;
  EntryId same_next = EntryId::none;                       // next name of the same child
  EntryId previous = EntryId::none, next = EntryId::none;  // in the directory, by rising cookie
  u32 cookie = 0;
  u32 rest = 0xffff'ffff;  // of a long name: where it goes on
  u8 length = 0;
  static constexpr u32 short_length = 27;
  char text[short_length] = {};
};
static_assert(sizeof(Entry) == 64);

/// Continuation of a long name.
struct NamePart {
  u32 next = 0xffff'ffff;
  static constexpr u32 room = 60;
  char text[room] = {};
};
static_assert(sizeof(NamePart) == 64);

inline constexpr u32 max_name = 255;

}  // namespace file

// SPDX-License-Identifier: BSD-2-Clause
// Who may do what.
#include <gtest/gtest.h>

#include "servers/file/tests/world.hpp"

namespace file {
namespace {

class Rights : public testing::Test {
 protected:
  World world;
  Program init{world, 1};
};

TEST_F(Rights, RightsOfUsers) {
  init.make("/secret", "s", 0600);
  init.make("/group", "g", 0640);
  init.chown("/group", 0, 50);
  init.make("/all", "a", 0644);
  ASSERT_EQ(init.mkdir("/closed", 0700), 0);
  ASSERT_EQ(init.mkdir("/open", 0777), 0);
  init.chmod("/open", 0777);
  Program user = init.fork(2);
  user.become(1000, 1000, {50});
  EXPECT_EQ(user.open("/secret"), error(Error::access));
  EXPECT_EQ(user.contents("/group"), "g");
  EXPECT_EQ(user.open("/group", flags::write_only), error(Error::access));
  EXPECT_EQ(user.open("/all", flags::read_write), error(Error::access));
  EXPECT_EQ(user.open("/all", flags::truncate), error(Error::access));
  EXPECT_EQ(user.open("/closed/x"), error(Error::access));
  EXPECT_EQ(user.chdir("/closed"), error(Error::access));
  EXPECT_EQ(user.open("/new", flags::create), error(Error::access));
  EXPECT_EQ(user.unlink("/all"), error(Error::access));
  EXPECT_EQ(user.mkdir("/d"), error(Error::access));
  user.make("/open/mine", "m");
  EXPECT_EQ(user.stat("/open/mine").user, 1000u);
  EXPECT_EQ(user.chmod("/all", 0777), error(Error::not_permitted));
  EXPECT_EQ(user.chmod("/open/mine", 02777), 0);
  EXPECT_EQ(user.chown("/open/mine", 0, 0), error(Error::not_permitted));
  EXPECT_EQ(user.chown("/open/mine", 1000, 50), 0) << "a group of one's own";
  EXPECT_EQ(user.stat("/open/mine").mode & 07777, 0777u) << "the set-id bits go with the owner";
  EXPECT_EQ(user.chown("/open/mine", 1000, 51), error(Error::not_permitted));
  EXPECT_EQ(user.access("/secret", may_read), error(Error::access));
  EXPECT_EQ(user.access("/secret", 0), 0);
  EXPECT_EQ(user.access("/all", may_read | may_execute), error(Error::access));
  EXPECT_EQ(init.access("/all", may_execute), error(Error::access)) << "not even root executes what nobody may";
  EXPECT_EQ(init.access("/all", may_read | may_write), 0);
  EXPECT_EQ(init.access("/all", 8), error(Error::invalid));
  // The sticky bit: in a shared directory everybody removes his own only.
  init.chmod("/open", 01777);
  init.make("/open/roots", "r", 0666);
  EXPECT_EQ(user.unlink("/open/roots"), error(Error::not_permitted));
  EXPECT_EQ(user.rename("/open/roots", "/open/x"), error(Error::not_permitted));
  EXPECT_EQ(user.unlink("/open/mine"), 0);
  // The group's bits decide for its members, even where the others have more.
  init.chmod("/group", 0604);
  EXPECT_EQ(user.open("/group"), error(Error::access));
}

TEST_F(Rights, MasksAndGroupDirectories) {
  EXPECT_EQ(init.call([&](Caller& c) { return world.calls.set_mask(c, 077); }), 022);
  init.make("/f", "", 0666);
  EXPECT_EQ(init.stat("/f").mode, mode::regular | 0600);
  EXPECT_EQ(init.mkdir("/d", 07777), 0);
  EXPECT_EQ(init.stat("/d").mode, mode::directory | 01700);
  init.chown("/d", 0, 7);
  init.chmod("/d", 02770);
  init.make("/d/f");
  EXPECT_EQ(init.stat("/d/f").group, 7u);
  EXPECT_EQ(init.mkdir("/d/e"), 0);
  EXPECT_EQ(init.stat("/d/e").mode & mode::set_group, mode::set_group);
}

TEST_F(Rights, WritingTakesSetIdBits) {
  init.make("/f", "x", 0777);
  init.chmod("/f", 06777);
  Program user = init.fork(2);
  user.become(1000, 1000);
  const i64 f = user.open("/f", flags::write_only);
  EXPECT_EQ(user.write(f, "y"), 1);
  EXPECT_EQ(user.stat("/f").mode & 07000, 0u);
}

TEST_F(Rights, WhatRunsIsNotWritten) {
  init.make("/program", "elf", 0755);
  Process& process = *world.core.find_process(1);
  const NodeId node = *world.core.tree.lookup(world.root.root(), "program");
  EXPECT_TRUE(world.processes.set_image(process, 0, Spot(world.core.mounts, {node, MountId{0}})));
  EXPECT_EQ(init.open("/program", flags::write_only), error(Error::text_busy));
  EXPECT_EQ(init.truncate("/program", 0), error(Error::text_busy));
  EXPECT_TRUE(world.processes.exec(1));
  EXPECT_EQ(init.open("/program", flags::write_only), error(Error::text_busy));
  EXPECT_EQ(init.readlink("/proc/self/exe"), "/program");
  Program child = init.fork(2);
  world.processes.exit(1);
  EXPECT_EQ(child.open("/program", flags::write_only), error(Error::text_busy));
}

}  // namespace
}  // namespace file

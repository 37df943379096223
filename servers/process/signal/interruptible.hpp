// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "generated/contract/process.hpp"
#include "servers/process/types.hpp"

// What a signal does to the calls that wait. signal(7), "Interruption of system calls and library functions by signal
// handlers".
namespace process {

/// Linux's numbers, and those under which a call is made again.
enum CallNumber : u16 {
  call_read = 0,
  call_write = 1,
  call_poll = 7,
  call_ioctl = 16,
  call_writev = 20,
  call_select = 23,
  call_pause = 34,
  call_nanosleep = 35,
  call_wait4 = 61,
  call_rt_sigtimedwait = 128,
  call_rt_sigsuspend = 130,
  call_futex = 202,
  call_clock_nanosleep = 230,
  call_epoll_wait = 232,
  call_pselect6 = 270,
  call_ppoll = 271,
  call_epoll_pwait = 281,
  call_epoll_pwait2 = 441,
  call_exempt_write = contract::process::call_exempt_write,
  call_exempt_writev = contract::process::call_exempt_writev,
  call_exempt_ioctl = contract::process::call_exempt_ioctl,
  call_masked_ppoll = contract::process::call_masked_ppoll,
  call_masked_pselect6 = contract::process::call_masked_pselect6,
  call_masked_epoll_pwait = contract::process::call_masked_epoll_pwait,
  call_masked_epoll_pwait2 = contract::process::call_masked_epoll_pwait2,
};

/// Whether a thread may have been waiting in this call.
constexpr bool may_wait(u64 number) {
  switch (number) {
    case call_read:
    case call_write:
    case 2:  // open, of a pipe with a name
    case 3:  // close, of what lingers
    case call_poll:
    case call_ioctl:
    case 17:  // pread64, pwrite64, readv, writev
    case 18:
    case 19:
    case call_writev:
    case call_select:
    case call_pause:
    case call_nanosleep:
    case 40:  // sendfile
    case 42:  // connect, accept, sendto, recvfrom, sendmsg, recvmsg
    case 43:
    case 44:
    case 45:
    case 46:
    case 47:
    case call_wait4:
    case 72:  // fcntl, flock
    case 73:
    case 85:  // creat
    case call_rt_sigtimedwait:
    case call_rt_sigsuspend:
    case call_futex:
    case call_clock_nanosleep:
    case call_epoll_wait:
    case 247:  // waitid
    case 257:  // openat
    case call_pselect6:
    case call_ppoll:
    case 275:  // splice, tee, vmsplice
    case 276:
    case 278:
    case call_epoll_pwait:
    case 288:  // accept4
    case 295:  // preadv, pwritev, recvmmsg, sendmmsg
    case 296:
    case 299:
    case 307:
    case 326:  // copy_file_range, preadv2, pwritev2
    case 327:
    case 328:
    case 437:  // openat2
    case call_epoll_pwait2:
    case call_exempt_write:
    case call_exempt_writev:
    case call_exempt_ioctl:
    case call_masked_ppoll:
    case call_masked_pselect6:
    case call_masked_epoll_pwait:
    case call_masked_epoll_pwait2:
      return true;
    default:
      return false;
  }
}

/// Whether the call ends with EINTR after a handler even where that asked for SA_RESTART. `timed`: it has a timeout.
constexpr bool never_restarts(u64 number, bool timed) {
  switch (number) {
    case call_poll:
    case call_select:
    case call_pause:
    case call_nanosleep:
    case call_rt_sigtimedwait:
    case call_rt_sigsuspend:
    case call_clock_nanosleep:
    case call_epoll_wait:
    case call_pselect6:
    case call_ppoll:
    case call_epoll_pwait:
    case call_epoll_pwait2:
    case call_masked_ppoll:
    case call_masked_pselect6:
    case call_masked_epoll_pwait:
    case call_masked_epoll_pwait2:
      return true;
    case call_futex:
      return timed;
    default:
      return false;
  }
}

}  // namespace process

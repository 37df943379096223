# SPDX-License-Identifier: BSD-2-Clause
"""The one way in which the command says no."""


class Refusal(Exception):
    """One line for the user that names the thing and the mend; the command ends with `status`."""

    def __init__(self, line: str, status: int = 1):
        super().__init__(line)
        self.status = status

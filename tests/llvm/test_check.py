"""The matcher of expectations: it must be able to fail."""

from __future__ import annotations

import pytest

from tests.llvm.check import check

TEXT = "one two\nthree four\nfive six\n"


@pytest.mark.parametrize(
    "expected",
    [
        "; CHECK: two",
        "; CHECK: one\n; CHECK-SAME: two\n; CHECK-NEXT: four",
        "; CHECK: one\n; CHECK: six",
        "; CHECK: {{t[a-z]+e}} four",
        "; CHECK: [[W:t\\w+]]\n; CHECK-NEXT: four",
        "; CHECK: [[E:e]][[E]]",
        "; CHECK-NOT: seven\n; CHECK: six\n; CHECK-NOT: one",
        "; CHECK: one   two",
    ],
)
def test_what_is_there(expected: str) -> None:
    check(TEXT, expected)


@pytest.mark.parametrize(
    "expected",
    [
        "",
        "; CHECK: seven",
        "; CHECK: six\n; CHECK: one",
        "; CHECK: one\n; CHECK-SAME: three",
        "; CHECK: one\n; CHECK-NEXT: five",
        "; CHECK: one\n; CHECK-NOT: three\n; CHECK: five",
        "; CHECK: one\n; CHECK-NOT: six",
        "; CHECK: [[W:t\\w+]]\n; CHECK-NEXT: [[W]]",
        "; CHECK: [[NEVER]]",
        "; CHECK: {{[0-9]}}",
    ],
)
def test_what_is_not(expected: str) -> None:
    with pytest.raises(AssertionError):
        check(TEXT, expected)

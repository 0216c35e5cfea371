; FIELDS: {"2": {"packet+0": {"reads": 0.0, "writes": 0.25},
; FIELDS:        "rte_mbuf.+40": {"reads": 1.0, "writes": 0.0},
; FIELDS:        "rte_mbuf.buf_addr": {"reads": 1.0, "writes": 0.0}}}

define void @work(ptr %status, ptr %queue, i64 %n) {
entry:
  call void asm sideeffect "# pmill: turn of ${0:c}", "i"(i32 2)
  %once = load ptr, ptr %queue, align 8
  br label %loop

loop:
  %i = phi i64 [ 0, %entry ], [ %j, %next ]
  %at = getelementptr ptr, ptr %queue, i64 %i
  %b = load ptr, ptr %at, align 8
  %buf = load ptr, ptr %b, align 8, !tbaa !12
  %extent = getelementptr inbounds nuw i8, ptr %b, i64 40
  %length = load i16, ptr %extent, align 2
  %long = icmp ugt i16 %length, 60
  br i1 %long, label %park, label %next, !prof !20

park:
  %parked = getelementptr i8, ptr %b, i64 128
  store ptr %b, ptr %parked, align 8
  br label %next

next:
  %j = add i64 %i, 1
  %more = icmp ult i64 %j, %n
  br i1 %more, label %loop, label %out

out:
  call void asm sideeffect "# pmill: end of turn", ""()
  ret void
}

!0 = !{!"char"}
!1 = !{!"any pointer", !0, i64 0}
!12 = !{!13, !1, i64 0}
!13 = !{!"_ZTS8rte_mbuf", !1, i64 0}
!20 = !{!"branch_weights", i32 1, i32 3}

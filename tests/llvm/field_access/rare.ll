; What is rarely done is not counted, nor memory of any other kind.
; FIELDS: {"0": {"rte_mbuf.buf_addr": {"reads": 1.0, "writes": 0.0}}}

define void @work(ptr %b, i1 %c) {
  call void asm sideeffect "# pmill: turn of ${0:c}", "i"(i32 0)
  %buf = load ptr, ptr %b, align 8, !tbaa !12
  %byte = load i8, ptr %buf, align 1
  br i1 %c, label %rare, label %out, !prof !20
rare:
  %extent = getelementptr i8, ptr %b, i64 40
  %length = load i16, ptr %extent, align 2
  br label %out
out:
  call void asm sideeffect "# pmill: end of turn", ""()
  %port = getelementptr i8, ptr %b, i64 22
  store i16 0, ptr %port, align 2
  ret void
}

!0 = !{!"char"}
!1 = !{!"any pointer", !0, i64 0}
!12 = !{!13, !1, i64 0}
!13 = !{!"_ZTS8rte_mbuf", !1, i64 0}
!20 = !{!"branch_weights", i32 1, i32 2000}

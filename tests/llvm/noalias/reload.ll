target triple = "x86_64-pc-linux-gnu"
; CHECK: store i8 0
; CHECK-SAME: !alias.scope
define void @work(ptr %status, ptr %queue) {
  %worker = load ptr, ptr %status, align 8, !tbaa !10
  %b = load ptr, ptr %queue, align 8
  call void asm sideeffect "# pmill: turn of ${0:c}", "i"(i32 0)
  %buf = load ptr, ptr %b, align 8, !tbaa !12
  %extent = getelementptr i8, ptr %b, i64 16
  %off = load i16, ptr %extent, align 2, !tbaa !14
  %n = load i64, ptr %worker, align 8
  %ttl = getelementptr i8, ptr %buf, i64 22
  store i8 0, ptr %ttl, align 1
  %m = load i64, ptr %worker, align 8
  %again = load i16, ptr %extent, align 2, !tbaa !14
  %sum = add i64 %n, %m
  %w = zext i16 %off to i64
  %x = zext i16 %again to i64
  %y = add i64 %w, %x
  %z = add i64 %sum, %y
  %place = getelementptr i8, ptr %worker, i64 64
  store i64 %z, ptr %place, align 8
  ret void
}
!0 = !{!"char"}
!1 = !{!"any pointer", !0, i64 0}
!2 = !{!"short", !0, i64 0}
!10 = !{!11, !1, i64 0}
!11 = !{!"_ZTSN5pmill12WorkerStatusE", !1, i64 0}
!12 = !{!13, !1, i64 0}
!13 = !{!"_ZTS8rte_mbuf", !1, i64 0, !2, i64 16}
!14 = !{!13, !2, i64 16}

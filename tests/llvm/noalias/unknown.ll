; Nothing is said of memory that may be of any kind, and what was said before stays.

define void @work(ptr %status, ptr %other, i1 %c) {
entry:
  call void asm sideeffect "# pmill: turn of ${0:c}", "i"(i32 0)
  %buf = load ptr, ptr %other, align 8, !tbaa !12
  %both = select i1 %c, ptr %buf, ptr %status
  store i8 1, ptr %both, align 1
; CHECK: store i8 1
; CHECK-SAME: align 1{{$}}
  %any = load ptr, ptr %status, align 8
  store i8 2, ptr %any, align 1
; CHECK: store i8 2
; CHECK-SAME: align 1{{$}}
  %safe = select i1 %c, ptr %buf, ptr null
  store i8 3, ptr %safe, align 1, !alias.scope !20
; CHECK: store i8 3
; CHECK-SAME: !alias.scope [[BOTH:!\d+]], !noalias {{!\d+}}
  %local = alloca i8, align 1
  store i8 4, ptr %local, align 1
; CHECK: store i8 4
; CHECK-SAME: align 1{{$}}
  br label %loop
loop:
  %p = phi ptr [ %buf, %entry ], [ %q, %loop ]
  %q = getelementptr i8, ptr %p, i64 1
  store i8 5, ptr %q, align 1
; CHECK: store i8 5
; CHECK-SAME: !alias.scope
  br label %loop
}

; A function that is not hot is left alone.
; CHECK: define void @cold
define void @cold(ptr %b) {
  %buf = load ptr, ptr %b, align 8, !tbaa !12
; CHECK-NOT: !alias.scope
  ret void
}
; CHECK: }
; CHECK: [[BOTH]] = !{{{!\d+}}, {{!\d+}}}
!0 = !{!"char"}
!1 = !{!"any pointer", !0, i64 0}
!12 = !{!13, !1, i64 0}
!13 = !{!"_ZTS8rte_mbuf", !1, i64 0}
!20 = !{!21}
!21 = distinct !{!21, !22, !"theirs"}
!22 = distinct !{!22, !"theirs"}

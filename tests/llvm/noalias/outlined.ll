; What several ways share points into what all its callers hand it, in whatever order that is.

define internal void @_ZN5pmill12run_outlinedINS_7program6route_E(i32 %length, ptr noundef %data, ptr %network, ptr noundef byval({ i64, i64 }) align 8 %others, ptr noundef %w, ptr %any) {
  store i8 1, ptr %w, align 1
; CHECK: store i8 1
; CHECK-SAME: !alias.scope [[STATE:!\d+]],
  store i8 3, ptr %data, align 1
; CHECK: store i8 3
; CHECK-SAME: !alias.scope [[PACKET:!\d+]],
  store i8 4, ptr %network, align 1
; CHECK: store i8 4
; CHECK-SAME: !alias.scope [[PACKET]],
  store i8 5, ptr %others, align 1
; CHECK: store i8 5
; CHECK-SAME: align 1{{$}}
  store i8 6, ptr %any, align 1
; CHECK: store i8 6
; CHECK-SAME: align 1{{$}}
  %header = getelementptr i8, ptr %data, i64 14
  call void @_ZN5pmill12run_outlinedINS_7program6route_E(i32 %length, ptr %data, ptr %header, ptr byval({ i64, i64 }) align 8 %others, ptr %w, ptr %any)
  ret void
}

define void @work(ptr %status, ptr %other) {
  call void asm sideeffect "# pmill: turn of ${0:c}", "i"(i32 0)
  %worker = load ptr, ptr %status, align 8, !tbaa !10
  %buf = load ptr, ptr %other, align 8, !tbaa !12
  %packed = alloca { i64, i64 }, align 8
  call void @_ZN5pmill12run_outlinedINS_7program6route_E(i32 64, ptr %buf, ptr null, ptr byval({ i64, i64 }) align 8 %packed, ptr %worker, ptr %buf)
  ret void
}

; Not hot, and yet its call counts.
define void @rare(ptr %status, ptr %other) {
  %worker = load ptr, ptr %status, align 8, !tbaa !10
  %buf = load ptr, ptr %other, align 8, !tbaa !12
  %packed = alloca { i64, i64 }, align 8
  call void @_ZN5pmill12run_outlinedINS_7program6route_E(i32 64, ptr %buf, ptr %buf, ptr byval({ i64, i64 }) align 8 %packed, ptr %worker, ptr %status)
  ret void
}

; Who knows who calls this one, and with what?
define void @_ZN5pmill12run_outlinedINS_7program6shared_E(ptr %w) {
  store i8 7, ptr %w, align 1
; CHECK: store i8 7
; CHECK-SAME: align 1{{$}}
  ret void
}

@table = global ptr @_ZN5pmill12run_outlinedINS_7program6taken_E
define internal void @_ZN5pmill12run_outlinedINS_7program6taken_E(ptr %w) {
  store i8 8, ptr %w, align 1
; CHECK: store i8 8
; CHECK-SAME: align 1{{$}}
  ret void
}

!0 = !{!"char"}
!1 = !{!"any pointer", !0, i64 0}
!10 = !{!11, !1, i64 0}
!11 = !{!"_ZTSN5pmill12WorkerStatusE", !1, i64 0}
!12 = !{!13, !1, i64 0}
!13 = !{!"_ZTS8rte_mbuf", !1, i64 0}

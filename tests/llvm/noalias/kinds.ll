; Four kinds of memory, each known by where its pointer comes from.

%struct.Status = type { ptr, i32 }

define void @work(ptr %status, ptr %queue) {
entry:
  %worker = load ptr, ptr %status, align 8, !tbaa !10
  call void asm sideeffect "# pmill: turn of ${0:c}", "i"(i32 0)
  br label %loop

loop:
  %b = load ptr, ptr %queue, align 8
  %data_off = getelementptr inbounds i8, ptr %b, i64 16
  %buf = load ptr, ptr %b, align 8, !tbaa !12
  %off = load i16, ptr %data_off, align 2, !tbaa !14
  %wide = zext i16 %off to i64
  %data = getelementptr i8, ptr %buf, i64 %wide
; CHECK: %buf = load ptr
; CHECK-SAME: !alias.scope [[BUFFER:!\d+]], !noalias [[NOTBUFFER:!\d+]]
; CHECK: %off = load i16
; CHECK-SAME: !alias.scope [[BUFFER]], !noalias [[NOTBUFFER]]
  %ttl = getelementptr i8, ptr %data, i64 22
  store i8 7, ptr %ttl, align 1
; CHECK: store i8 7
; CHECK-SAME: !alias.scope [[PACKET:!\d+]], !noalias [[NOTPACKET:!\d+]]
  %count = getelementptr inbounds i8, ptr %worker, i64 800
  %n = load i64, ptr %count, align 8
; CHECK: %n = load i64
; CHECK-SAME: !alias.scope [[STATE:!\d+]], !noalias [[NOTSTATE:!\d+]]
  %m = add i64 %n, 1
  store i64 %m, ptr %count, align 8
; CHECK: store i64 %m
; CHECK-SAME: !alias.scope [[STATE]], !noalias [[NOTSTATE]]
  store i32 1, ptr @args, align 4
; CHECK: store i32 1
; CHECK-SAME: !alias.scope [[VARIABLE:!\d+]], !noalias [[NOTVARIABLE:!\d+]]
  call void @llvm.memcpy.p0.p0.i64(ptr align 1 %data, ptr align 4 @args, i64 4, i1 false)
; CHECK: call void @llvm.memcpy
; CHECK-SAME: !alias.scope {{!\d+}}, !noalias {{!\d+}}
  call void asm sideeffect "# pmill: end of turn", ""()
  br label %loop
}

@args = internal global i32 0
declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)

; CHECK: [[DOMAIN:!\d+]] = distinct !{[[DOMAIN]], !"pmill"}
; CHECK: [[P:!\d+]] = distinct !{[[P]], [[DOMAIN]], !"packet"}
; CHECK: [[B:!\d+]] = distinct !{[[B]], [[DOMAIN]], !"buffer"}
; CHECK: [[S:!\d+]] = distinct !{[[S]], [[DOMAIN]], !"state"}
; CHECK: [[V:!\d+]] = distinct !{[[V]], [[DOMAIN]], !"variable"}
!0 = !{!"char"}
!1 = !{!"any pointer", !0, i64 0}
!2 = !{!"short", !0, i64 0}
!10 = !{!11, !1, i64 0}
!11 = !{!"_ZTSN5pmill12WorkerStatusE", !1, i64 0}
!12 = !{!13, !1, i64 0}
!13 = !{!"_ZTS8rte_mbuf", !1, i64 0, !2, i64 16}
!14 = !{!13, !2, i64 16}

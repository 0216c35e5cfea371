"""The LLVM stage: bitcode in, object out, through llvmlite."""

from pmill.llvm.pipeline import DEFAULT, Backend, Form, LlvmPass, llvm_version

__all__ = ["DEFAULT", "Backend", "Form", "LlvmPass", "llvm_version"]

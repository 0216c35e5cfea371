"""The names of one namespace: declares elements, defines classes, and finds what a name means."""

from __future__ import annotations

from pmill.diagnostics import Diagnostics, Note, Source, Span, did_you_mean
from pmill.syntax import nodes
from pmill.syntax.body import Body, Border, Instance, Node
from pmill.syntax.classes import CompoundClass, ElementClass, Variant

_NO_PLACE = Span(Source("pseudoelement", ""), 0, 0)


class Namespace:
    """The elements and classes of a body. What is wrong with their names is reported here."""

    def __init__(self, body: Body, diags: Diagnostics) -> None:
        self.body = body
        self.diags = diags
        self.pseudo: list[dict[str, Instance]] = []  # `input` and `output`; of groups, innermost
        self._named: dict[str, Instance] = {}
        self._count = 0
        self._later: dict[str, Span] = {}  # where names are declared, before or after here

    def enter(self, border: Border) -> None:
        """Make `input` and `output` mean the border of a compound or group."""
        self.pseudo.append({name: _pseudoelement(name, border) for name in ("input", "output")})

    def announce(self, statements: tuple[nodes.Statement, ...]) -> None:
        """Note which names will be declared, for better messages."""
        self._later |= _declared_names(statements)

    def name_anonymous(self) -> None:
        """Give anonymous elements the first free number from the one they were made with."""
        taken = set(self._named)
        for instance in self.body.instances:
            if not instance.anonymous:
                continue
            base, _, number = instance.name.rpartition("@")
            n = int(number)
            while f"{base}@{n}" in taken:
                n += 1
            instance.name = f"{base}@{n}"
            taken.add(instance.name)

    def define_class(self, statement: nodes.ClassDefinition) -> None:
        """Define a class, or a synonym, for the statements that follow."""
        name = statement.name
        element = self._named.get(name.text)
        if element is not None:
            self._class_as_element(name.text, element.span, name.span)
        class_ = self.class_of(statement.class_, name.text)
        self.body.classes = self.body.classes.define(name.text, class_)

    def class_of(self, class_: nodes.ClassExpression, name: str = "") -> ElementClass:
        """Return the class an expression means; an unknown one is reported and stays a name."""
        classes = self.body.classes
        if isinstance(class_, nodes.ClassName):
            return classes.find(class_.text) or self._unknown_class(class_.text, class_.span)
        inner = classes.inside(name, class_.span)
        variants = tuple(
            Variant(node=a, classes=inner, scope=self.body.scope, span=a.span)
            for a in class_.alternatives
        )
        fallback: str | None = None
        if class_.extends:
            before = classes.find(name) if name else None
            if isinstance(before, CompoundClass):
                variants, fallback = variants + before.variants, before.fallback
            elif before is None:
                what = f"unknown element class '{name}'" if name else "anonymous compound element"
                hint = "remove the '|| ...', or define the class it extends before"
                self.error("PM0323", f"cannot extend {what}", class_.span, hint=hint)
            else:
                fallback = before
        compound = CompoundClass(name=name, variants=variants, fallback=fallback, span=class_.span)
        self.body.compounds.append(compound)
        return compound

    def _unknown_class(self, name: str, span: Span, about: Note | None = None) -> str:
        classes = self.body.classes
        if name in classes.being_defined:
            self.error(
                "PM0301",
                f"unknown element class '{name}'",
                span,
                notes=(Note(f"'{name}' is still being defined here", classes.being_defined[name]),),
                hint="a compound element is expanded in place, so it cannot contain itself",
                about=about,
            )
        elif name in classes.later:
            self.error(
                "PM0301",
                f"unknown element class '{name}'",
                span,
                notes=(Note("it is defined only here", classes.later[name]),),
                hint="define a class before it is used",
                about=about,
            )
        else:
            hint = did_you_mean(name, classes.names())
            self.error("PM0301", f"unknown element class '{name}'", span, hint=hint, about=about)
        return name

    def declare(self, declaration: nodes.Declaration) -> list[Instance]:
        """Add the elements that a declaration names."""
        class_ = self.class_of(declaration.class_)
        return [self._declare_name(name, class_, declaration) for name in declaration.names]

    def _declare_name(
        self, name: nodes.Name, class_: ElementClass, declaration: nodes.Declaration
    ) -> Instance:
        first = self._named.get(name.text)
        if first is not None and not first.undeclared:
            self.error(
                "PM0303",
                f"redeclaration of element '{name.text}'",
                name.span,
                notes=(Note(f"element '{name.text}' previously declared here", first.span),),
                hint="give one of them another name",
            )
            return first
        if self.pseudo and name.text in self.pseudo[-1]:
            self.error(
                "PM0303",
                f"redeclaration of element '{name.text}'",
                name.span,
                hint=f"inside a compound '{name.text}' is the compound's own; take another name",
            )
        elif self.body.classes.find(name.text) is not None:
            self._class_as_element(name.text, name.span, None)
        return self.make(name.text, class_, declaration.config, name.span, declaration.class_.span)

    def _class_as_element(self, name: str, span: Span, defined: Span | None) -> None:
        notes = (Note("the class is defined here", defined),) if defined else ()
        self.error(
            "PM0304",
            f"class '{name}' used as element name",
            span,
            notes=notes,
            hint="where both exist a name means the class; give the element another name",
        )

    def make(
        self,
        name: str,
        class_: ElementClass | None,
        config: nodes.ConfigString | None,
        span: Span,
        class_span: Span,
        written: str = "",
    ) -> Instance:
        """Add an instance; an empty name makes an anonymous one, of the class as `written`."""
        self._count += 1
        anonymous = not name
        if anonymous:
            name = f"{written}@{self._count}"
        entry = Node()
        instance = Instance(
            name=name,
            class_=class_,
            config=config,
            span=span,
            class_span=class_span,
            border=Border(entry=entry, exit=entry if isinstance(class_, str) else Node()),
            anonymous=anonymous,
        )
        self.body.instances.append(instance)
        if not anonymous:
            self._named[name] = instance
        return instance

    def refer(self, reference: nodes.Reference) -> Instance:
        """Find what a bare name means: a class before an element, as in Click."""
        name, span = reference.name.text, reference.name.span
        class_ = self.body.classes.find(name)
        if class_ is not None:
            return self.make("", class_, reference.config, span, span, written=name)
        found = self._named.get(name)
        if found is None and self.pseudo:
            found = self.pseudo[-1].get(name)
        if found is None:
            return self._undeclared(reference)
        if reference.config and not found.undeclared:
            declared = found.span is not _NO_PLACE
            self.error(
                "PM0305",
                f"configuration string ignored on element reference '{name}'",
                reference.config.span,
                notes=(Note("the element is declared here", found.span),) if declared else (),
                hint="give the arguments where the element is declared",
            )
        return found

    def _undeclared(self, reference: nodes.Reference) -> Instance:
        """Report a name that means nothing, once, and let it stand for what it was meant to be."""
        name, span = reference.name.text, reference.name.span
        classes = self.body.classes
        later = self._later.get(name)
        class_meant = name in {*classes.being_defined, *classes.later} or _like_class(reference)
        if class_meant and later is None:
            unknown = self._unknown_class(name, span, about=Note(name, span))
            return self.make("", unknown, reference.config, span, span, written=name)
        notes = (Note("it is declared only here", later),) if later else ()
        hint = did_you_mean(name, sorted({*self._named, *self._later, *classes.names()}))
        if later:
            hint = "declare an element at or before its first use"
        elif name in {"input", "output"}:
            hint = f"'{name}' exists only inside a compound element"
        hint = hint or f"declare it: '{name} :: Class'"
        self.error("PM0302", f"undeclared element '{name}'", span, notes=notes, hint=hint)
        instance = self.make(name, None, None, span, span)
        instance.undeclared = True
        return instance

    def error(
        self,
        code: str,
        message: str,
        span: Span,
        *,
        notes: tuple[Note, ...] = (),
        hint: str | None = None,
        about: Note | None = None,
    ) -> None:
        """Report an error that leaves the body incomplete."""
        self.body.broken = True
        self.diags.error(code, message, span, notes=notes, hint=hint, about=about)


def _pseudoelement(name: str, border: Border) -> Instance:
    return Instance(
        name=name,
        class_=None,
        config=None,
        span=_NO_PLACE,
        class_span=_NO_PLACE,
        border=Border(entry=border.exit, exit=border.entry),  # as seen from inside
    )


def _like_class(reference: nodes.Reference) -> bool:
    """Guess whether an unknown name was meant to be a class."""
    return reference.config is not None or reference.name.text[:1].isupper()


def _declared_names(statements: tuple[nodes.Statement, ...]) -> dict[str, Span]:
    """Return where each element of these statements is declared, groups not looked into."""
    found: dict[str, Span] = {}
    for statement in statements:
        declarations: list[nodes.Declaration] = []
        if isinstance(statement, nodes.Declaration):
            declarations.append(statement)
        elif isinstance(statement, nodes.Chain):
            elements = [e.element for stage in statement.stages for e in stage.endpoints]
            declarations += [e for e in elements if isinstance(e, nodes.Declaration)]
        for declaration in declarations:
            for name in declaration.names:
                found.setdefault(name.text, name.span)
    return found

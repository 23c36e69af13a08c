"""Drafts from programs: every form of text, files with their pictures, and nobody's words overwritten."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image

from tests.integration.api.program import Program, draft, programs
from tests.integration.api.test_door import problem
from tests.world import World

PDF = b"%PDF-1.4\n%%EOF\n"


def png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (600, 400), "navy").save(out, "PNG")
    return out.getvalue()


def etag(lu: Program, item_id: str) -> str:
    return str(lu.get(f"/items/{item_id}")["draft"]["etag"])


def put(lu: Program, item_id: str, body: Any, status: int = 200, **headers: str) -> Any:
    return lu.ask("PUT", f"/items/{item_id}/draft", status, json=body, headers=headers)


@pytest.mark.parametrize(
    ("form", "content", "kept"),
    [
        ("text", "甲\n\n乙", "<p>甲</p>"),
        ("html", "<p>甲</p><script>alert(1)</script><p onclick='x()'>乙</p>", "<p>甲</p>"),
        ("markdown", "# 标题\n\n- 甲\n- 乙\n\n**丙**", "<strong>丙</strong>"),
    ],
)
def test_a_body_comes_as_text_html_or_markdown_and_is_kept_as_our_subset(
    quiet_world: World, form: str, content: str, kept: str
) -> None:
    with programs(quiet_world, lu="") as them:
        body = {"format": form, "content": content}
        item_id = them["lu"].post("/items", draft(body=body), 201)["item"]
        text = them["lu"].get(f"/items/{item_id}")["content"]["body"]
        assert kept in text
        assert "script" not in text
        assert "onclick" not in text


def test_new_words_need_the_version_that_was_seen(quiet_world: World) -> None:
    with programs(quiet_world, lu="") as them:
        lu = them["lu"]
        item_id = lu.post("/items", draft(), 201)["item"]
        seen = etag(lu, item_id)
        problem(put(lu, item_id, draft("第二稿"), 428), 428, "version-needed")
        answer = put(lu, item_id, draft("第二稿"), **{"If-Match": seen})
        assert answer.headers["etag"] == answer.json()["etag"] == etag(lu, item_id) != seen
        late = put(lu, item_id, draft("第三稿"), 412, **{"If-Match": seen})
        found = problem(late, 412, "draft-changed")["problems"][0]
        assert found["allowed"] == etag(lu, item_id)
        document = lu.get(f"/items/{item_id}")
        assert document["content"]["title"] == "第二稿"
        assert document["content"]["responsible_body"] == quiet_world.office.store.bureau.name
        lu.post(f"/items/{item_id}/submit", {})
        gone = put(lu, item_id, draft("第四稿"), 409, **{"If-Match": "*"})
        problem(gone, 409, "wrong-state")


def test_a_returned_item_is_gone_on_with(quiet_world: World) -> None:
    from publisher.workflow.review import SignRequest, return_revision

    with programs(quiet_world, lu="") as them:
        lu = them["lu"]
        item_id = lu.post("/items", draft(), 201)["item"]
        digest = lu.post(f"/items/{item_id}/submit", {})["revision_id"]
        problem(lu.ask("POST", f"/items/{item_id}/draft", 409), 409, "wrong-state")
        quiet_world.do("shen", return_revision, SignRequest(digest, "改标题"))
        opened = lu.post(f"/items/{item_id}/draft")
        put(lu, item_id, draft("改好的标题"), **{"If-Match": opened["etag"]})
        assert lu.post(f"/items/{item_id}/submit", {})["index_no"]


def test_files_are_added_placed_and_taken_away(quiet_world: World) -> None:
    with programs(quiet_world, lu="") as them:
        lu = them["lu"]
        item_id = lu.post("/items", draft(), 201)["item"]
        files = f"/items/{item_id}/files"
        seen = etag(lu, item_id)
        image = lu.ask(
            "POST",
            files,
            201,
            files={"file": ("..\\..\\现场.png", png(), "text/html")},
            data={"role": "image", "title": "现场"},
            headers={"If-Match": seen},
        ).json()
        problem(
            lu.ask("POST", files, 412, files={"file": ("甲.pdf", PDF)}, headers={"If-Match": seen}),
            412,
            "draft-changed",
        )
        lu.ask("POST", files, 201, files={"file": ("甲.pdf", PDF)}, headers={"Idempotency-Key": "1"})
        again = lu.ask("POST", files, 201, files={"file": ("甲.pdf", PDF)}, headers={"Idempotency-Key": "1"})
        assert again.headers["idempotent-replayed"] == "true"
        kept = lu.get(f"/items/{item_id}")["content"]["files"]
        assert [(one["role"], one["name"], one["media_type"]) for one in kept] == [
            ("image", "现场.png", "image/png"),
            ("attachment", "甲.pdf", "application/pdf"),
        ]
        html = f'<p>甲</p><p><img src="[[slot:image:{image["digest"]}]]" alt="现场"></p>'
        wish = draft(
            body={"format": "html", "content": html}, files=[{"digest": image["digest"], "role": "image"}]
        )
        put(lu, item_id, wish, **{"If-Match": etag(lu, item_id)})
        content = lu.get(f"/items/{item_id}")["content"]
        assert [one["name"] for one in content["files"]] == ["现场.png"]
        assert image["digest"] in content["body"]
        lu.post(f"/items/{item_id}/submit", {})


@pytest.mark.parametrize(
    ("name", "data"),
    [("甲.exe", b"MZ\x90"), ("甲.pdf", b"no pdf"), ("..", PDF), ("绝密★材料.pdf", PDF)],
)
def test_a_file_that_is_not_what_it_says_is_refused_and_not_kept(
    quiet_world: World, name: str, data: bytes
) -> None:
    with programs(quiet_world, lu="") as them:
        lu = them["lu"]
        item_id = lu.post("/items", draft(), 201)["item"]
        answer = lu.client.post(f"/api/v1/items/{item_id}/files", files={"file": (name, data)})
        assert answer.status_code == 422, answer.text
    assert quiet_world.counts()["blobs"] == 0


@pytest.mark.parametrize("name", [b"a\x00b.pdf", b"a\x07b.pdf", b"", b"/", b"x" * 201])
def test_a_file_name_that_no_reader_could_see_is_refused(quiet_world: World, name: bytes) -> None:
    with programs(quiet_world, lu="") as them:
        lu = them["lu"]
        item_id = lu.post("/items", draft(), 201)["item"]
        head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="' + name + b'"\r\n\r\n'
        answer = lu.client.post(
            f"/api/v1/items/{item_id}/files",
            content=head + PDF + b"\r\n--x--\r\n",
            headers={"Content-Type": "multipart/form-data; boundary=x"},
        )
        assert answer.status_code in (400, 422), answer.text
        assert answer.headers["content-type"] == "application/problem+json"
    assert quiet_world.counts()["blobs"] == 0


def test_what_may_not_be_stored_is_refused_without_being_quoted(quiet_world: World) -> None:
    number = "11010519491231002X"
    with programs(quiet_world, lu="") as them:
        lu = them["lu"]
        body = {"format": "text", "content": f"联系人身份证 {number}"}
        answer = lu.ask("POST", "/items", 422, json=draft(body=body))
        problem(answer, 422, "screened")
        assert number not in answer.text
    assert quiet_world.counts()["items"] == 0

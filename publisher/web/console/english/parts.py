"""One part."""

WORDS = {
    "公开的一篇": "Published article",
    "这一条推送": "its posting",
    "第 %(n)s 篇": "article %(n)s",
    "没有办法核对。请系统管理员查存证。": "Nothing can be compared. Please have the system administrator look at the audit log.",
    "对照：送出的与公众看到的": "Compared: what was sent and what the public sees",
    "%(at)s 看到的": "as seen at %(at)s",
    "这是最近一次看到不同时的内容，现在的状态以上面为准。": "This is what the last differing look saw; the state above is what "
    "holds now.",
    "每次看到的": "Every look",
    "发出后、10 分钟后、24 小时后各看一次": "at once, after 10 minutes and after 24 hours",
    "人工证明的图片：": "Pictures that attest it: ",
    "在哪里": "Where it is",
    "平台编号": "The platform's id",
    "没能看到": "Not seen",
    "连续 %(n)s 次": "%(n)s times in a row",
    "认可这个差异": "Accept this difference",
    "对照过，觉得公众看到的没有错，才认可。写明理由，记入存证。要改正内容，请打开更正稿。": "Accept only after comparing, when "
    "what the public sees is right enough. The reason goes on record. To mend the content, open a correction.",
    "平台没有给出读者能打开的网址，系统看不到。请到平台后台看，和签发的一样，截图上传。": "The platform gave no address that a "
    "reader can open, so the system cannot look. See on the platform that it is as approved and upload a picture of it.",
    "在哪里看到的": "Where you saw it",
    "截图（JPG、PNG、GIF，不超过 20 MB）": "Picture (JPG, PNG, GIF, at most 20 MB)",
    "我看过，和签发的一样": "I saw it; it is as approved",
    "请到平台后台删除": "Please delete it on the platform",
    "删除以后回来按一下。系统先去看一眼，读者确实看不到了才算撤下。": "Then come back and press. The system looks first; it counts "
    "as taken back only when a reader finds nothing.",
    "已经删除，去看一眼": "It is deleted: have a look",
    "真的撤不下来": "It cannot be removed",
    "由签发人写明原因。这一篇不会显示“已撤下”，要另行对外说明。": "The approver writes why. It will not read “withdrawn”; the public "
    "is told separately.",
    "声明撤不下来": "Declare it unremovable",
    "撤下和更正": "Take back and correct",
    "更正这个条目": "Correct this item",
    "只撤下这一篇": "Take back this article only",
    "撤下整个条目": "Take back the whole item",
    "已认可这个差异。以后再看到别的内容，仍会报告不符。": "The difference is accepted. Any other content will be reported again.",
    "已按人工证明记下，图片留存，摘要值在存证里。": "Recorded as attested; the picture is kept, its digest is in the audit log.",
    "系统刚才看过，读者已经看不到，已记为撤下。": "The system looked just now: readers find nothing. It is recorded as withdrawn.",
    "已记下：这一篇撤不下来，签发人知晓。请另行对外说明。": "Recorded: it cannot be removed, the approver knows. Please tell the "
    "public separately.",
    "平台说公开了，还没有回看过，或者没有办法以读者身份看。": "The platform says it is public; nobody has looked yet, or no reader can.",
    "公众看到的和签发的一致。": "What the public sees is what was approved.",
    "公众看到的和签发的不一样。请对照下面，改正，或请审核人认可。": "The public sees something else than was approved. Compare below, "
    "then correct it or have the content reviewer accept it.",
    "原来在，现在取不到了。请查原因，必要时撤下。": "It was there and cannot be fetched any more. Find out why; take it back if needed.",
    "同一位置已经换成新的版本。": "A newer revision took its place.",
    "确认丢失，不再追。": "Lost for certain, written off.",
    "正在撤，还没有看到它消失。": "Being taken back; it is not seen gone yet.",
    "平台没有撤下的接口，请人到平台后台删除，回来确认。": "The platform has no call for this: a person deletes it there and confirms.",
    "公众已经看不到，撤下后回看过。": "The public does not see it any more; that was looked at.",
    "撤不下来，签发人已经知晓并写明。": "It cannot be removed; the approver knows and wrote why.",
}

"""The words of the help, Chinese and English: one literal table for commands, one for their parameters."""

from __future__ import annotations

from publisher.cli.option_words import OPTIONS

COMMANDS: dict[str, tuple[str, str]] = {
    "": (
        "公开：一次录入，逐渠道发布，三审留名，全程存证。",
        "Disclose once, on every channel, with named review and a log.",
    ),
    "init": (
        "建立一个新的工作目录，显示管理员令牌",
        "Set up a new home folder; shows the administrator's token",
    ),
    "run": ("启动服务；设置了练习平台的一并启动", "Serve, with the practice platforms where configured"),
    "daemon": ("只启动服务", "Serve, without practice platforms"),
    "doctor": ("体检：什么正常，什么要处理", "What is well and what needs a person"),
    "health": ("是否正常：该发的发了没有，供看门程序用", "Ready or not, for a watchdog"),
    "demo": ("演示：几条样例走完全程", "Take sample items through the whole trip"),
    "item": ("条目：录入、送审、排期、更正、撤下", "Items: enter, submit, schedule, correct, withdraw"),
    "item import": ("导入稿件文件，每个文件存为一份草稿", "Read item files, one draft each"),
    "item new": ("用选项和一份正文新建草稿", "A new draft from options and a text"),
    "item correct": (
        "更正已公开的信息：写明更正说明，照常审签，原址更正",
        "Correct what is out, with a public note; reviewed like any revision",
    ),
    "item list": ("列出条目和各渠道的情况", "List items and where each is"),
    "item show": ("一个条目的全部经过", "The story of one item"),
    "item submit": ("送审：草稿固定为版本，各渠道稿件同时固定", "Submit: fix the draft as a revision"),
    "item discard": ("废弃打开的草稿", "Discard the open draft"),
    "item schedule": ("给已签发的版本排期", "Give an approved revision its time"),
    "item unschedule": ("取消排期，签署保留", "Take the time off again; signatures stay"),
    "item hold": ("暂停：其间不下发、不推送", "Hold: nothing is released or sent meanwhile"),
    "item resume": ("解除暂停（签发人）", "Lift a hold (approver)"),
    "item recall": ("撤回送审（拟稿人）", "Recall what was submitted (drafter)"),
    "item withdraw": (
        "撤下：一道指令，逐一看到消失才算完",
        "Withdraw: one order, each part looked at until gone",
    ),
    "item confirm-leak": (
        "确认他人报告的泄露撤下（签发人，1 小时内）",
        "Confirm a leak that somebody reported (approver, within 1 h)",
    ),
    "item expunge": (
        "抹除不该留存的内容：两个人，摘要和记录保留",
        "Erase what must not be kept; takes two people, digests and entries stay",
    ),
    "review": ("审核：查看将发出的稿件，初审、保密审查、签发", "Review: see what will go out, and sign"),
    "review list": ("列出在办的版本", "Revisions under way"),
    "review show": (
        "查看一个版本：字段、预检、文件、各渠道稿件",
        "Everything a signature on this revision covers",
    ),
    "review pass": ("初审通过（审核人）", "Pass the content (content reviewer)"),
    "review clear": ("保密审查通过（保密审查人）", "Clear secrecy (secrecy reviewer)"),
    "review refer": ("报请确定，写明报请的部门", "Refer to the authority named by --reference"),
    "review withhold": ("不予公开，写明理由和依据", "Withhold, with reason and legal basis"),
    "review sign": ("签发（签发人）", "Sign off (approver)"),
    "review urgent": (
        "紧急签发并立即下发，写明常设保密审查编号",
        "Sign off an urgent revision, released at once",
    ),
    "review return": ("退回，写明理由", "Return, with a reason"),
    "review revoke": ("下发前撤回签发，写明理由", "Revoke the sign-off before the release"),
    "review second-look": ("紧急发布后的事后复核", "The second look at an urgent release"),
    "posting": ("推送：一次发往一个渠道", "Postings: one sending to one channel"),
    "posting list": (
        "列出推送：未完成的在前，然后是 30 天内已结束的",
        "Postings: the unfinished first, then those that ended within 30 days",
    ),
    "posting show": ("一条推送的步骤、各篇和核验", "One posting with steps, parts and proofs"),
    "posting retry": ("重新推送失败的一条（责任编辑）", "Send a failed posting again (editor)"),
    "posting hold": ("暂停一条推送", "Hold one posting"),
    "posting resume": ("恢复一条推送", "Resume one posting"),
    "posting confirm": (
        "人工确认已发出：系统先去看那个网址",
        "Confirm it is out; the address is looked at first",
    ),
    "posting deny": ("人工确认未发出：要两个人", "Say that it is not out; takes two people"),
    "posting cancel": ("取消一条未发出的推送", "Cancel a posting that is not out"),
    "posting open-gate": (
        "门户超时后放行这一条（签发人）",
        "Open the portal gate for one posting (approver)",
    ),
    "part": ("篇：已发出的单篇内容", "Parts: single articles that went out"),
    "part list": ("列出公开着的各篇", "Parts that are out"),
    "part compare": ("对照：批准的和看到的并排", "Side by side: as approved, as last seen otherwise"),
    "part accept": ("认可核验出的差异（审核人）", "Accept a difference (content reviewer)"),
    "part attest": (
        "人工证明：没有公开网址的，附图片（责任编辑）",
        "Attest with a picture what has no public address (editor)",
    ),
    "part gone": ("人工撤下后确认：系统先去看", "Confirm a part is gone; it is looked at first"),
    "part unremovable": ("声明无法撤下（签发人）", "Declare that a part cannot be removed (approver)"),
    "channel": (
        "渠道：状态、探测、授权、暂停、冻结、额度",
        "Channels: state, probe, authorise, pause, freeze, quota",
    ),
    "channel list": ("列出渠道", "All configured channels"),
    "channel probe": ("探测账号、权限和设置，不改动任何东西", "Check account and set-up; changes nothing"),
    "channel pause": ("暂停渠道", "Pause a channel"),
    "channel resume": ("恢复渠道", "Open a channel again"),
    "channel quota": (
        "额度簿：各接口已用、已排、可用多少",
        "The quota book: what is used, planned and free",
    ),
    "channel freeze": (
        "冻结一个渠道或全部：其间什么都不发",
        "Freeze a channel, or all: nothing goes out meanwhile",
    ),
    "channel unfreeze": ("解除冻结（签发人）", "Lift a freeze (approver)"),
    "callbacks": ("回调：平台主动来告知结果", "Callbacks: what platforms tell by themselves"),
    "callbacks serve": (
        "接收回调，作为单独的小进程；不读密钥和令牌",
        "Take callbacks in, as a small process without keys or tokens",
    ),
    "alert": ("告警：列出，试发", "Alarms: list them, send a test message"),
    "alert list": ("列出未解决的告警和已告知谁", "Open alarms, and who was told"),
    "alert test": ("向告警目标试发一条消息", "Send a test message to the targets"),
    "channel show": (
        "一个渠道的状态、原因、授权到期日",
        "One channel: state, reason, and when its authorisation ends",
    ),
    "channel strangers": (
        "平台上不是本系统发出的内容",
        "What stands on the platform and was not sent by us",
    ),
    "channel explain": (
        "说明一条不认得的内容的来历，解除告警",
        "Say where such a thing comes from; ends its alarm",
    ),
    "channel authorise": (
        "授权账号：给出网址，再收下授权后的网址",
        "Authorise the account: shows an address, then takes the answer",
    ),
    "audit": ("存证：查看、导出、核验、检查点", "The log: list, export, verify, checkpoint"),
    "audit list": ("列出最近的存证记录", "The newest entries"),
    "audit export": ("导出存证日志", "Write the whole log to a new file"),
    "audit verify": ("核验存证日志，或核验一份导出", "Verify the log, or an export"),
    "audit checkpoint": ("立即签一个检查点", "Sign a checkpoint now"),
    "report": ("报表：台账", "Reports: the ledger"),
    "report ledger": ("台账：每次推送一行", "The ledger: one line a posting"),
    "user": ("人员：账号和角色", "People: accounts and roles"),
    "user add": ("新增人员，令牌只显示一次", "Add a person; the token is shown once"),
    "user list": ("列出人员", "Everybody"),
    "user substitute": ("指定替补：本人不办时也催他", "Name the substitute, who is asked too"),
    "user contact": ("指定用哪个告警目标找到本人", "Say by which target a person is reached"),
    "user token": ("为自己的程序建立接口令牌，只显示一次", "A token for a program of one's own, shown once"),
    "user tokens": ("列出一个人的接口令牌", "The tokens of one person"),
    "user revoke-token": ("作废一个接口令牌", "Revoke a token"),
    "user password": (
        "改自己的口令，从标准输入读一行",
        "Change one's own password, read from standard input",
    ),
    "user reset": ("重设口令，一次性口令只显示一次", "Reset a password; the one-time one is shown once"),
}


def command_words(path: str, lang: str) -> str:
    """The help of one command or noun; raises `KeyError` for one that is not in the table."""
    return COMMANDS[path][lang == "en"]


def parameter_words(path: str, name: str, lang: str) -> str:
    """The help of one option (`--kind`) or argument (`ID`): the command's own words, else the general ones."""
    words = OPTIONS.get(f"{path} {name}") or OPTIONS[name]
    return words[lang == "en"]

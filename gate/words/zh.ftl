# 入口与大屏的用语。参数由 words.py 备好。

## The light
title-go = 欢迎
title-exit = 再见
title-stop = 请停步
title-check = 请核对

## Reasons in full: what the person at the door is told
reason-admitted = { $event } · { $today }
reason-exited = 已记录离场
reason-emergency = 紧急情况：所有门已开放
reason-overridden = 经主管放行
reason-frozen = 暂停入场：请稍候
reason-unreadable = 此码不是证件
reason-wrong-edition = 此证件属于另一会议
reason-unknown-key = 此证件无法核实
reason-bad-signature = 此证件无法核实
reason-key-not-valid = 此证件无法核实
reason-key-scope = 此证件无法核实
reason-test-badge = 这是测试证件
reason-expired = 此证件已过期
reason-replaced = 此证件已被新证件取代
reason-cancelled = 此注册已取消
reason-blocked = 请与主管联系
reason-not-approved = 此注册尚未获批准
reason-unknown-issue = 此证件没有记录
reason-needs-record = 此证件须到服务台核对
reason-wrong-gate = 此门不向这个方向开放
reason-wrong-event = 此证件适用于：{ $events }
reason-wrong-event-none = 此证件没有登记任何活动
reason-wrong-category = 不对此类证件开放：{ $event }
reason-wrong-day = { $event }：{ $days }有效
reason-too-early = { $event }：{ $when }开放
reason-too-late = { $event }：今日已结束
reason-already-inside = 已在场内：{ $since }由{ $gate }进入
reason-too-soon = 请等到{ $when }
reason-day-limit = 今日已于{ $since }由{ $gate }进入
reason-zone-full = 本厅已满
reason-delegation-full = 该代表团名额已满
reason-second-look = 请核对本人与照片
reason-rule-error = 未能判定：请呼叫主管

## Reasons in short: table rows and bars
reason-admitted-short = 准入
reason-exited-short = 离场
reason-emergency-short = 紧急
reason-overridden-short = 主管放行
reason-frozen-short = 暂停入场
reason-unreadable-short = 非证件
reason-wrong-edition-short = 其他会议
reason-unknown-key-short = 未知密钥
reason-bad-signature-short = 伪造
reason-key-not-valid-short = 密钥无效
reason-key-scope-short = 密钥不适用
reason-test-badge-short = 测试证件
reason-expired-short = 已过期
reason-replaced-short = 已被取代
reason-cancelled-short = 已取消
reason-blocked-short = 已冻结
reason-not-approved-short = 未批准
reason-unknown-issue-short = 无记录
reason-needs-record-short = 须有记录
reason-wrong-gate-short = 门不对
reason-wrong-event-short = 其他活动
reason-wrong-category-short = 其他类别
reason-wrong-day-short = 今日无效
reason-too-early-short = 太早
reason-too-late-short = 已结束
reason-already-inside-short = 已在场内
reason-too-soon-short = 间隔太短
reason-day-limit-short = 当日上限
reason-zone-full-short = 已满
reason-delegation-full-short = 代表团已满
reason-second-look-short = 待核对
reason-rule-error-short = 未判定

## What the guard must see
attention-escort = 陪同人员：请勿分开
attention-medical = 医疗：如有需要请呼叫医务台
attention-protocol = 礼宾：请呼叫礼宾官员

## The lane
lane-ready = 请出示证件
lane-starting = 正在启动
lane-online = 在线
lane-offline = 离线，独立判定
lane-offline-since = 自{ $when }离线，独立判定
lane-never-synced = 等待首份证件名单
lane-waiting = { $n ->
   *[other] 保存 { $n } 条记录
}
lane-camera-lost = 摄像头断开：请用手持扫描器
lane-several = 画面中有多个证件：请一次只出示一个
lane-process-lost = 本屏幕与通道失去联系，请勿据此放行。
lane-revoked = 本通道已被撤销：请呼叫主管
lane-help-desk = 如需帮助请询问工作人员

## The wall
wall-entries = 入场
wall-inside = 当前场内
wall-entered = 今日入场
wall-per-minute = 每分钟
wall-refused = 今日拒绝
wall-attention = 需要注意
wall-attention-none = 一切正常
wall-cumulative = 累计入场
wall-gates = 入口
wall-gates-note = 最近 60 分钟每分钟入场
wall-gate = 入口
wall-state = 状态
wall-in = 入场
wall-rate = /分
wall-last-hour = 最近一小时
wall-refused-short = 拒绝
wall-by-reason = 按原因拒绝
wall-events = 活动
wall-last-refusals = 最近拒绝
wall-zones = 区域
wall-state-ok = 正常
wall-state-silent = 无响应
wall-state-never = 从未联系
wall-live = 实时
wall-reconnecting = 正在重连
wall-stale = 数据已有 { $age }
wall-peak = 高峰 { $n }，{ $when }
wall-share-of-scans = 占扫描的 { $share } %
wall-share-of = { $n } 的 { $share } %
wall-empty = 当日尚无入场
wall-no-refusals = 无拒绝
wall-people = 人
wall-scans = 次
wall-attention-silent = { $gate }：{ $age }无响应
wall-attention-waiting = { $gate }：{ $n } 条记录待发送
wall-attention-full = { $zone }：容量的 { $share } %
wall-sign-out = 退出
wall-last-scan = 最近扫描 { $age } 前
wall-mode-emergency-open = 所有大门已打开（紧急）
wall-mode-frozen = 暂停所有入场
wall-anomaly-double = 胸卡 { $badge } 两次入场：{ $gate } { $when }，此前 { $earlier } { $before }
wall-anomaly-hurry = 胸卡 { $badge } 快于步行：{ $gate } { $when }，此前 { $earlier } { $before }
wall-anomaly-revoked = 已撤销的胸卡 { $badge } 被放行：{ $gate } { $when }
wall-overridden = 主管放行 { $n }
wall-more = 另有 { $n } 项

## The command page
command-title = 指挥
command-wall = 看板
command-mode = 场馆模式
command-mode-normal = 正常：由各门判定
command-mode-emergency-open = 紧急：所有门已打开
command-mode-frozen = 暂停：任何人不得入场，均可离场
command-set-normal = 恢复正常
command-set-emergency-open = 打开所有门
command-set-frozen = 停止入场
command-sure = { $what } - 确定吗？
command-reach = { $of } 条通道中已有 { $n } 条收到。
command-behind = 尚未收到：{ $names }
command-zones = 区域
command-roll-call = 点名
command-sweep = 清场
command-sweep-zone = 所有人已离开{ $zone }；原在场者可重新入场
command-badge = 胸卡
command-name = 姓名
command-organisation = 机构
command-since = 自
command-supervisors = 主管
command-no-supervisors = 目前无人可以放行
command-pin = PIN，6 至 12 位数字
command-pin-badge = PIN 或本人胸卡
command-registration = 本人注册码（可选）
command-save = 保存
command-retire = 撤销
command-retired = 已撤销
command-cancel = 取消
command-only-pin = PIN
command-nobody = 场内无人

"""Words that made-up customer records are put together from: names of people, firms and places.

Only facts and common words: surnames with their share of the population, characters that parents choose often,
characters of one sound, and roads that exist in the district named. Which of them go together is drawn in
``people_world``; how they are written down is drawn in ``people_writing``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


def _weighted(text: str) -> dict[str, float]:
    """``王7.1 李7.0`` as a table."""
    return {word: float(weight) for word, weight in re.findall(r"([^\s\d]+)([\d.]+)", text)}


def _words(text: str) -> list[str]:
    return text.split()


# Percent of the population, to the nearest figure published often; the rarest are rounded up to be met at all.
SURNAMES = _weighted(
    """
    王7.1 李7.0 张6.7 刘5.1 陈4.6 杨3.2 黄2.5 赵2.4 吴2.3 周2.2 徐1.6 孙1.5 马1.4 朱1.35 胡1.3 郭1.25 何1.2 林1.2
    高1.1 罗1.05 郑1.0 梁0.95 谢0.8 宋0.75 唐0.7 许0.7 韩0.68 邓0.66 冯0.65 曹0.6 彭0.58 曾0.57 肖0.56 田0.55 董0.52
    潘0.48 袁0.48 蔡0.47 蒋0.47 余0.46 于0.46 杜0.45 叶0.44 程0.43 魏0.42 苏0.42 吕0.42 丁0.4 任0.4 卢0.4 姚0.4
    沈0.39 钟0.38 姜0.37 崔0.37 谭0.37 陆0.36 范0.35 汪0.35 廖0.34 石0.33 金0.33 韦0.3 贾0.3 夏0.3 付0.3 方0.3
    邹0.28 熊0.28 白0.27 孟0.26 秦0.26 邱0.25 侯0.25 江0.24 尹0.22 薛0.22 闫0.22 段0.2 雷0.2 龙0.19 黎0.18 史0.18
    陶0.17 贺0.16 毛0.16 郝0.15 顾0.15 龚0.15 邵0.15 章0.1 欧阳0.08 上官0.02 司马0.02 诸葛0.02
    """
)

# The commonest first: the weight of a word falls with its place in the row.
MALE_ONE = _words("伟 强 磊 军 勇 杰 涛 明 超 刚 平 辉 鹏 宇 浩 凯 峰 俊 波 斌 林 洋 宁 健 飞 亮 龙 鑫 博 毅")
FEMALE_ONE = _words("芳 娜 敏 静 丽 艳 娟 霞 燕 玲 萍 英 慧 婷 琳 梅 红 颖 倩 雪 丹 洁 莉 晶 欣 佳 蕾 琴 云 岚")
MALE_TWO = _words("""
    建国 建华 志强 志明 国强 建军 文斌 俊杰 浩然 子轩 宇航 海涛 晓明 志勇 永强 国华 嘉豪 家豪 明辉 天宇 少华 文杰
    子豪 博文 卫东 爱国 立新 德明 庆华 成龙
""")
FEMALE_TWO = _words("""
    秀英 桂英 秀兰 玉兰 淑珍 桂兰 玉梅 丽娟 晓燕 海燕 雪梅 丽华 淑华 春梅 红梅 子涵 梓涵 欣怡 诗涵 雨桐 佳怡 思雨
    婷婷 丽丽 晓红 小红 文静 雅静 慧敏 美玲
""")
GENERATION = _words("建 志 文 晓 海 国 明 春 秀 玉 家 子 思 雨 永 立 俊 佳 雅 欣")

# One sound (tones apart), different characters: what a clerk writes who only heard the name.
HOMOPHONES = _words("""
    张章 王汪 李黎 徐许 于余 付傅 闫阎 江姜 石史 吴武 朱诸 沈申 陆卢 袁元 程成 方房 丁定 钟忠 侯后 何贺 魏韦
    伟玮炜 静婧 丽莉 磊蕾 军君均 洋扬阳 勇永 艳燕雁 杰洁捷 明铭 平萍 英瑛 慧惠 健建 辉晖 宇雨 欣新心 琳林霖 红宏虹洪
    志智 文雯 佳嘉家 子梓紫 涵晗 轩萱 怡宜 浩昊皓 峰锋 俊峻 斌彬 云芸 珍真 兰岚 晓小 敏民 强蔷 霞侠 国帼 春椿
    颖影 婷亭 娟涓 玲铃 秀绣 玉育 芳方 鹏朋 凯楷 飞菲 晶精 倩茜 博勃 毅义 娜纳 丹单 桂贵 淑书 梅玫
""")
# What a single character says depends on whether it is a surname; these are read otherwise there.
SURNAME_READINGS = {"曾": "zeng", "贾": "jia", "单": "shan", "吕": "lv"}
# These surnames keep their form in traditional writing, although as words they would change.
SURNAMES_UNCHANGED = ("范", "于", "余", "姜", "江", "后", "付")

BRANDS = _words("""
    鼎盛 恒达 华信 宏远 瑞丰 金源 天成 永泰 盛世 中兴达 联创 博雅 东方红 新纪元 嘉禾 长江源 鑫隆 万通 德邦达 正泰和
    汇丰源 安泰 宝利 昌盛 佳美 科瑞 立信 名扬 诺亚 启明 润泽 三合 泰和 维科 星辰 亿达 云帆 众诚 卓越 远景
""")
TRADES = _words("""
    贸易 科技 电子 建材 食品 物流 服饰 医药 机械 化工 广告 餐饮管理 装饰工程 信息技术 汽车销售 商务咨询 环保设备 家具
    文化传播 进出口
""")
SUFFIXES = {"有限公司": 0.6, "股份有限公司": 0.15, "有限责任公司": 0.15, "集团有限公司": 0.1}


@dataclass(frozen=True)
class City:
    """``province`` is empty where the city is its own; ``roads`` are (district, road)."""

    province: str
    name: str
    area_code: str
    weight: float
    roads: tuple[tuple[str, str], ...]


def _city(line: str) -> City:
    province, name, area_code, weight, districts = line.split("|")
    pairs = [each.split(":") for each in districts.split(";")]
    roads = tuple((district, road) for district, names in pairs for road in names.split(","))
    return City(province, name, area_code, float(weight), roads)


CITIES = [
    _city(line.strip())
    for line in """
    |北京|010|9|朝阳区:建国路,朝阳北路,望京街;海淀区:中关村大街,学院路,知春路;丰台区:南三环西路,丰台路;西城区:阜成门外大街,西单北大街
    |上海|021|9|浦东新区:世纪大道,张杨路,浦东南路;徐汇区:漕溪北路,肇嘉浜路;静安区:南京西路,北京西路;长宁区:延安西路,仙霞路
    |天津|022|4|和平区:南京路,滨江道;南开区:卫津路,长江道;河西区:友谊路,解放南路
    |重庆|023|4|渝中区:中山三路,人民路;江北区:建新北路,北城天街;沙坪坝区:小龙坎正街,天星桥正街
    广东省|广州|020|8|天河区:天河北路,体育西路,黄埔大道西;越秀区:中山五路,环市东路;海珠区:江南大道中,新港西路
    广东省|深圳|0755|8|福田区:深南大道,福华路;南山区:南海大道,后海大道;罗湖区:人民南路,东门中路
    广东省|佛山|0757|2|禅城区:祖庙路,汾江中路;南海区:南海大道北,海八路
    广东省|东莞|0769|2|南城区:鸿福路,元美路;东城区:东城大道,旗峰路
    浙江省|杭州|0571|6|西湖区:文三路,天目山路;上城区:解放路,延安路;拱墅区:莫干山路,湖墅南路
    浙江省|宁波|0574|3|海曙区:中山西路,柳汀街;鄞州区:天童南路,中山东路;江北区:人民路,大庆南路
    浙江省|温州|0577|2|鹿城区:人民中路,车站大道;瓯海区:瓯海大道,兴海路
    江苏省|南京|025|5|玄武区:中山路,珠江路;鼓楼区:中央路,湖南路;秦淮区:中山南路,太平南路
    江苏省|苏州|0512|5|姑苏区:人民路,干将东路;吴中区:东吴北路,宝带西路;虎丘区:狮山路,滨河路
    江苏省|无锡|0510|2|梁溪区:中山路,人民中路;滨湖区:太湖大道,蠡湖大道
    四川省|成都|028|6|锦江区:春熙路,红星路;武侯区:人民南路,科华北路;青羊区:蜀都大道,青羊大道
    湖北省|武汉|027|5|武昌区:中南路,中北路;江汉区:解放大道,江汉路;洪山区:珞喻路,雄楚大道
    湖南省|长沙|0731|3|芙蓉区:五一大道,韶山北路;岳麓区:麓山南路,枫林一路;天心区:芙蓉中路,黄兴南路
    陕西省|西安|029|4|雁塔区:小寨东路,长安南路;碑林区:南大街,友谊东路;未央区:未央路,凤城五路
    山东省|济南|0531|3|历下区:泉城路,经十路;市中区:英雄山路,经七路;历城区:工业北路,花园路
    山东省|青岛|0532|3|市南区:香港中路,东海西路;市北区:台东三路,延吉路;崂山区:海尔路,香港东路
    福建省|厦门|0592|2|思明区:厦禾路,湖滨南路;湖里区:湖里大道,嘉禾路
    福建省|福州|0591|2|鼓楼区:五四路,八一七北路;台江区:工业路,五一中路
    河南省|郑州|0371|3|金水区:花园路,经三路;二七区:二七路,大学路;中原区:中原西路,桐柏路
    辽宁省|沈阳|024|3|沈河区:中街路,青年大街;和平区:太原街,南京北街;铁西区:建设大路,兴华街
    辽宁省|大连|0411|2|中山区:人民路,中山路;沙河口区:西安路,黄河路
    黑龙江省|哈尔滨|0451|2|南岗区:中山路,学府路;道里区:中央大街,新阳路
    云南省|昆明|0871|2|五华区:人民中路,东风西路;盘龙区:北京路,白塔路
    """.strip().splitlines()
]
MOBILE_HEADS = _words("130 131 132 133 135 136 137 138 139 150 151 152 155 156 158 159 177 180 185 186 188 189")
MAIL_HOSTS = {"qq.com": 0.4, "163.com": 0.25, "gmail.com": 0.12, "126.com": 0.1, "outlook.com": 0.08, "sina.com": 0.05}
